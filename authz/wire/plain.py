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


def find_resource(data: bytes) -> tuple[int, int] | None:
    """Where the field of the resource begins in a CheckRequest, and where it ends; None if it is not of the usual form.

    If read_caller knows what is before the field, the parts are what protobuf would have read: that is a whole message,
    the resource is a whole field, and encoded messages that are joined are one message.
    """
    try:
        action_length = data[1] + 3
        start = action_length + 1 + data[action_length]
        end = start + 2 + data[start + 1]
        if data[start] != _RESOURCE or data[start + 1] >= _ONE_BYTE or end > len(data):
            return None
    except IndexError:
        return None
    return start, end


def read_resource(field: bytes) -> str | None:
    """What is in the field of the resource; None if that is no text."""
    try:
        return field[2:].decode()
    except UnicodeDecodeError:
        return None  # whoever reads the whole question words the error


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
