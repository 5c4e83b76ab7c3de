"""Wrapping of the four kinds of gRPC handlers in a guard, for asyncio and threaded servers."""

from collections.abc import Callable
from typing import Any, Protocol

import grpc

Behaviour = Callable[..., Any]


class Guard(Protocol):
    """Wraps the behaviour of a handler so that calls are authorized first."""

    def unary(self, inner: Behaviour) -> Behaviour:
        """One request, one response."""

    def answer_stream(self, inner: Behaviour) -> Behaviour:
        """One request, a stream of responses."""

    def request_stream(self, inner: Behaviour) -> Behaviour:
        """A stream of requests, one response."""

    def both_streams(self, inner: Behaviour) -> Behaviour:
        """Streams of requests and responses."""


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
