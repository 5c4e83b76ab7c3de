import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.v1 import authz_pb2
from authz.wire.fields import bytes_field, number_field, text_field, varint


@given(st.text(max_size=300), st.integers(0, 2**32 - 1), st.text(max_size=20))
def test_fields_are_what_protobuf_would_have_written(policy, index, attached_to):
    ref = authz_pb2.StatementRef(policy=policy, index=index, attached_to=attached_to)
    assert text_field(1, policy) + number_field(2, index) + text_field(3, attached_to) == ref.SerializeToString()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16383, 16384, 70000])
def test_an_embedded_message_of_any_size_can_be_read(size):
    message = authz_pb2.CheckResponse(message="x" * size)
    result = authz_pb2.BatchCheckResult.FromString(bytes_field(1, message.SerializeToString()))
    assert result.response == message


def test_an_empty_embedded_message_is_still_there():
    assert authz_pb2.BatchCheckResult.FromString(bytes_field(1, b"")).WhichOneof("result") == "response"


@pytest.mark.parametrize(("number", "packed"), [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")])
def test_numbers_are_packed_seven_bits_to_a_byte(number, packed):
    assert varint(number) == packed
