"""The four kinds of gRPC handlers, each behind a guard of its kind; the same for servers on threads and asyncio."""

from collections.abc import Callable
from typing import Any, Protocol

import grpc

Behaviour = Callable[..., Any]


class Guard(Protocol):
    """Puts the decision before the behaviour of a handler."""

    def unary(self, inner: Behaviour) -> Behaviour:
        """One request, one answer."""

    def answer_stream(self, inner: Behaviour) -> Behaviour:
        """One request, a stream of answers."""

    def request_stream(self, inner: Behaviour) -> Behaviour:
        """A stream of requests, one answer."""

    def both_streams(self, inner: Behaviour) -> Behaviour:
        """Streams of both."""


def guarded(handler: Any, guard: Guard) -> Any:
    """A handler like `handler` that runs only behind `guard`."""
    codecs = handler.request_deserializer, handler.response_serializer
    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(guard.unary(handler.unary_unary), *codecs)
    if handler.unary_stream:
        return grpc.unary_stream_rpc_method_handler(guard.answer_stream(handler.unary_stream), *codecs)
    if handler.stream_unary:
        return grpc.stream_unary_rpc_method_handler(guard.request_stream(handler.stream_unary), *codecs)
    return grpc.stream_stream_rpc_method_handler(guard.both_streams(handler.stream_stream), *codecs)
