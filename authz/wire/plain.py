"""Splits a CheckRequest of the usual form into its fields without making a protobuf message.

Encoders write fields in the order of their numbers: principal, action, resource, context. The first two repeat from
call to call, so protobuf reads them once, and later their bytes are recognized. `tests/wire/test_plain.py` compares
the parts with what protobuf reads.
"""

from google.protobuf.message import DecodeError

from authz.engine.request import parse_caller
from authz.errors import InvalidRequestError
from authz.language.action import Action
from authz.language.principal import Principal
from authz.v1 import authz_pb2

_RESOURCE = 0x1A  # the tag of this field of CheckRequest
_ONE_BYTE = 0x80  # lengths below take one byte
_HEAD = 2  # bytes before the text of the resource: its tag and its length
Place = tuple[int, int, int]
"""Where the resource field begins, where the tail of its text begins, and where both end.

The tail is what follows the last colon; it is empty if there is no colon.
"""


def find_resource(data: bytes) -> Place | None:
    """Find the resource in a CheckRequest; None if the request is not of the usual form.

    If read_caller accepts the bytes before the field, the parts are what protobuf would read: those bytes are a whole
    message, the resource is a whole field, and joined encodings are the encoding of the merged message.
    """
    try:
        action_length = data[1] + 3
        start = action_length + 1 + data[action_length]
        end = start + _HEAD + data[start + 1]
        if data[start] != _RESOURCE or data[start + 1] >= _ONE_BYTE or end > len(data):
            return None
    except IndexError:
        return None
    return start, data.rfind(b":", start + _HEAD, end) + 1 or end, end


def read_resource_head(data: bytes, place: Place) -> str | None:
    """The resource at `place` without its tail; None if it is not UTF-8, or ends with a colon."""
    start, tail, end = place
    head = data[start + _HEAD : tail]
    try:
        return None if tail == end and head.endswith(b":") else head.decode()
    except UnicodeDecodeError:
        return None


def read_caller(head: bytes) -> tuple[Principal, Action] | None:
    """The principal and the action that `head` encodes; None if it is anything else than that encoding."""
    try:
        message = authz_pb2.CheckRequest.FromString(head)
        principal, action = message.principal, message.action
        if authz_pb2.CheckRequest(principal=principal, action=action).SerializeToString() != head:
            return None
        return parse_caller(principal, action)
    except (DecodeError, InvalidRequestError):
        return None  # the full path reads the request again and raises the error
