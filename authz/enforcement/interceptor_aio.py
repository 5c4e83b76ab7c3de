"""An interceptor for `grpc.aio` servers that authorizes every call before its handler runs."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, NoReturn

import grpc

from authz.client.aio import AsyncClient
from authz.enforcement.authorizer_aio import AsyncAuthorizer, Requirement
from authz.enforcement.call import CURRENT, AuthorizedCall
from authz.enforcement.grpc_call import GrpcCall
from authz.enforcement.guarded_stream import GuardedContext, GuardedRequests
from authz.enforcement.handlers import guarded
from authz.enforcement.listing import AsyncItemFilter
from authz.enforcement.mapping import Public
from authz.enforcement.methods import ApiMapping
from authz.enforcement.refusals import DETAILS, CallRefusedError, fault, status_details

Handler = Any  # grpc.RpcMethodHandler, generic in the messages of the backend
Context = Any  # grpc.aio.ServicerContext, generic as well


class AsyncAuthorizationInterceptor(grpc.aio.ServerInterceptor):
    """`grpc.aio.server(interceptors=[AsyncAuthorizationInterceptor(mapping, client)])`.

    A call that is not decided within `timeout` seconds, or its own shorter deadline, fails with UNAVAILABLE.
    In a request stream, the first message is authorized before the handler starts, and every later message before the
    handler receives it; an empty stream is rejected. A response stream is authorized once, when it starts.
    """

    def __init__(self, mapping: ApiMapping, client: AsyncClient, *, timeout: float = 1.0) -> None:
        self._mapping = mapping
        self._authorizer = AsyncAuthorizer(client, mapping.principal, timeout)

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]], details: grpc.HandlerCallDetails
    ) -> Handler:
        """The handler of the call, wrapped so that the call is authorized first."""
        handler = await continuation(details)
        rule = self._mapping.rule(details.method)
        if handler is None or isinstance(rule, Public):
            return handler
        return guarded(handler, _Guard(self._authorizer, details.method, rule))


class _Guard:
    """Authorizes the calls of one method before its handler."""

    def __init__(self, authorizer: AsyncAuthorizer, api: str, rule: Requirement | None) -> None:
        self._authorizer = authorizer
        self._api = api
        self._rule = rule

    def unary(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        if not _is_asynchronous(inner):
            return self._on_a_thread(inner)

        async def handle(request: Any, context: Context) -> Any:
            authorized = await self._authorized(request, context)
            try:
                answer = await inner(request, context)
                return await _trimmed(authorized, answer)
            except CallRefusedError as refusal:
                await _abort(context, refusal)

        return handle

    def answer_stream(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        if not _is_asynchronous(inner):
            return _unguarded
        if not inspect.isasyncgenfunction(inner):

            async def write(request: Any, context: Context) -> None:
                await self._authorized(request, context)
                await inner(request, context)

            return write

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            await self._authorized(request, context)
            async with aclosing(inner(request, context)) as answers:
                async for answer in answers:
                    yield answer

        return stream

    def request_stream(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        if not _is_asynchronous(inner):
            return _unguarded

        async def handle(requests: AsyncIterator[Any], context: Context) -> Any:
            guarded = await self._guarded(requests, context)
            return await inner(guarded, GuardedContext(context, guarded))

        return handle

    def both_streams(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        if not _is_asynchronous(inner):
            return _unguarded
        if not inspect.isasyncgenfunction(inner):

            async def write(requests: AsyncIterator[Any], context: Context) -> None:
                guarded = await self._guarded(requests, context)
                await inner(guarded, GuardedContext(context, guarded))

            return write

        async def stream(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            guarded = await self._guarded(requests, context)
            async with aclosing(inner(guarded, GuardedContext(context, guarded))) as answers:
                async for answer in answers:
                    yield answer

        return stream

    async def _guarded(self, requests: AsyncIterator[Any], context: Context) -> GuardedRequests:
        guarded = GuardedRequests(requests, lambda message: self._authorized(message, context))
        try:
            await guarded.begin()
        except CallRefusedError as refusal:
            await _abort(context, refusal)
        return guarded

    async def _authorized(self, request: Any, context: Context) -> AuthorizedCall:
        call = GrpcCall(self._api, request, context)
        try:
            authorized = await self._authorizer.authorize(self._rule, call, context.time_remaining())
        except CallRefusedError as refusal:
            await _abort(context, refusal)
        CURRENT.set(authorized)
        return authorized

    def _on_a_thread(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps a synchronous handler, which asyncio servers run on a thread."""
        loop = asyncio.get_running_loop()

        def handle(request: Any, context: Context) -> Any:
            call = GrpcCall(self._api, request, context)
            deciding = self._authorizer.authorize(self._rule, call, context.time_remaining())
            try:
                authorized = asyncio.run_coroutine_threadsafe(deciding, loop).result()
                token = CURRENT.set(authorized)
                try:
                    answer = inner(request, context)
                finally:
                    CURRENT.reset(token)
                if not isinstance(authorized.listed, AsyncItemFilter):
                    return answer
                return asyncio.run_coroutine_threadsafe(authorized.listed.trimmed(answer), loop).result()
            except CallRefusedError as refusal:
                context.set_trailing_metadata(((DETAILS, status_details(refusal)),))
                context.abort(refusal.kind.value.status, str(refusal))

        return handle


async def _unguarded(_request: Any, context: Context) -> NoReturn:
    """Rejects every call; replaces synchronous handlers of streams, which cannot be guarded."""
    await _abort(context, fault())


async def _trimmed(authorized: AuthorizedCall, answer: Any) -> Any:
    items = authorized.listed
    return await items.trimmed(answer) if isinstance(items, AsyncItemFilter) else answer


async def _abort(context: Context, refusal: CallRefusedError) -> NoReturn:
    await context.abort(refusal.kind.value.status, str(refusal), ((DETAILS, status_details(refusal)),))
    raise AssertionError("abort always raises")


def _is_asynchronous(inner: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)
