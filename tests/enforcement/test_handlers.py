import grpc
import pytest

from authz.enforcement.handlers import guarded

KINDS = {"unary_unary": "unary", "unary_stream": "answer_stream", "stream_unary": "request_stream"}
KINDS["stream_stream"] = "both_streams"


class Marking:
    """A guard that says which of its kinds was asked for."""

    def __getattr__(self, name):
        return lambda inner: (name, inner)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_handler_is_guarded_by_its_own_kind_and_keeps_its_codecs(kind):
    made = getattr(grpc, f"{kind}_rpc_method_handler")("inner", "read", "write")
    behind = guarded(made, Marking())
    assert getattr(behind, kind) == (KINDS[kind], "inner")
    assert (behind.request_deserializer, behind.response_serializer) == ("read", "write")
    assert (behind.request_streaming, behind.response_streaming) == (made.request_streaming, made.response_streaming)
