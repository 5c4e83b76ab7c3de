"""The usual form of a question, taken apart without making a protobuf message.

Encoders write fields in the order of their numbers: principal, action, resource, context. The first two repeat from
call to call, so they are read by protobuf once, and then their bytes are known by sight.
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
"""Where the field of the resource begins, where the tail of its text begins, and where both end.

The tail is all behind the last colon; nothing where there is no colon.
"""


def find_resource(data: bytes) -> Place | None:
    """Where the resource is in a CheckRequest; None if that is not of the usual form.

    If read_caller knows what is before the field, the parts are what protobuf would have read: that is a whole message,
    the resource is a whole field, and encoded messages that are joined are one message.
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
    """The resource at `place` without its tail; None where that is no text, or there should be a tail and is none."""
    start, tail, end = place
    head = data[start + _HEAD : tail]
    try:
        return None if tail == end and head.endswith(b":") else head.decode()
    except UnicodeDecodeError:
        return None


def read_caller(head: bytes) -> tuple[Principal, Action] | None:
    """The principal and the action of which `head` is the encoding; None where it is not that and nothing else."""
    try:
        message = authz_pb2.CheckRequest.FromString(head)
        principal, action = message.principal, message.action
        if authz_pb2.CheckRequest(principal=principal, action=action).SerializeToString() != head:
            return None
        return parse_caller(principal, action)
    except (DecodeError, InvalidRequestError):
        return None  # whoever reads the whole question words the error
