"""An interceptor for threaded gRPC servers that authorizes every call before its handler runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context as Variables
from contextvars import copy_context
from typing import Any, NoReturn

import grpc

from authz.client.blocking import Client
from authz.enforcement.authorizer_blocking import Authorizer, Requirement
from authz.enforcement.call import CURRENT, AuthorizedCall
from authz.enforcement.grpc_call import GrpcCall
from authz.enforcement.handlers import guarded
from authz.enforcement.listing import ItemFilter
from authz.enforcement.mapping import Public
from authz.enforcement.methods import ApiMapping
from authz.enforcement.refusals import DETAILS, CallRefusedError, invalid_request, status_details

Handler = Any  # as in interceptor_aio
Context = Any


class AuthorizationInterceptor(grpc.ServerInterceptor):
    """`grpc.server(pool, interceptors=[AuthorizationInterceptor(mapping, client)])`.

    Deadline and streams are as with AsyncAuthorizationInterceptor; the principal's source must not be asynchronous.

    Raises:
        ConfigurationError: if it is.
    """

    def __init__(self, mapping: ApiMapping, client: Client, *, timeout: float = 1.0) -> None:
        self._mapping = mapping
        self._authorizer = Authorizer(client, mapping.principal, timeout)

    def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Handler], details: grpc.HandlerCallDetails
    ) -> Handler:
        """The handler that the server would call, behind the decision."""
        handler = continuation(details)
        rule = self._mapping.rule(details.method)
        if handler is None or isinstance(rule, Public):
            return handler
        return guarded(handler, _Guard(self._authorizer, details.method, rule))


class _Guard:
    """One call between its arrival and its handler."""

    def __init__(self, authorizer: Authorizer, api: str, rule: Requirement | None) -> None:
        self._authorizer = authorizer
        self._api = api
        self._rule = rule

    def unary(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def handle(request: Any, context: Context) -> Any:
            with _refusing(context):
                authorized = self._authorized(request, context)
                answer = _scope(authorized).run(inner, request, context)
                return authorized.listed.trimmed(answer) if isinstance(authorized.listed, ItemFilter) else answer

        return handle

    def answer_stream(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def handle(request: Any, context: Context) -> Iterator[Any]:
            with _refusing(context):
                scope = _scope(self._authorized(request, context))
            yield from _run(scope, inner, request, context)

        return handle

    def request_stream(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def handle(requests: Iterator[Any], context: Context) -> Any:
            with _refusing(context):
                guarded = _Requests(self, requests, context)
            return guarded.scope.run(inner, guarded, context)

        return handle

    def both_streams(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def handle(requests: Iterator[Any], context: Context) -> Iterator[Any]:
            with _refusing(context):
                guarded = _Requests(self, requests, context)
            yield from _run(guarded.scope, inner, guarded, context)

        return handle

    def _authorized(self, request: Any, context: Context) -> AuthorizedCall:
        return self._authorizer.authorize(self._rule, GrpcCall(self._api, request, context), context.time_remaining())


class _Requests:
    """The authorized messages of a stream; the first is authorized at once."""

    def __init__(self, guard: _Guard, messages: Iterator[Any], context: Context) -> None:
        self._guard = guard
        self._messages = messages
        self._context = context
        try:
            first = next(messages)
        except StopIteration:
            raise invalid_request("the stream ended without a message, so there is nothing to decide") from None
        self.scope = _scope(guard._authorized(first, context))  # noqa: SLF001 - part of the guard
        self._first = [first]

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._first:
            return self._first.pop()
        message = next(self._messages)
        with _refusing(self._context):
            CURRENT.set(self._guard._authorized(message, self._context))  # noqa: SLF001
        return message


def _scope(authorized: AuthorizedCall) -> Variables:
    """The context variables of one call; the thread serves other calls afterwards."""
    scope = copy_context()
    scope.run(CURRENT.set, authorized)
    return scope


def _run(scope: Variables, inner: Callable[..., Any], request: Any, context: Context) -> Iterator[Any]:
    """The responses of a handler; each step of its generator runs with the context variables of the call."""
    answers = iter(scope.run(inner, request, context))
    end = object()
    while (answer := scope.run(next, answers, end)) is not end:
        yield answer


@contextmanager
def _refusing(context: Context) -> Iterator[None]:
    try:
        yield
    except CallRefusedError as refusal:
        _abort(context, refusal)


def _abort(context: Context, refusal: CallRefusedError) -> NoReturn:
    context.set_trailing_metadata(((DETAILS, status_details(refusal)),))
    context.abort(refusal.kind.value.status, str(refusal))
    raise AssertionError("abort always raises")
