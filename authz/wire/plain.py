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

_RESOURCE, _CONTEXT = 0x1A, 0x22  # the tags of these fields of CheckRequest
_ONE_BYTE = 0x80  # lengths below take one byte


def split(data: bytes) -> tuple[bytes, str, int] | None:
    """Take a CheckRequest apart: the head, which is all before the resource, the resource, and where it ends.

    What follows are entries of the context. None where it is not of the usual form.

    If read_caller knows the head, the parts are what protobuf would have read: the head is a whole message, the others
    are whole fields, and encoded messages that are joined are one message.
    """
    try:
        action_length = data[1] + 3
        head = action_length + 1 + data[action_length]
        length = data[head + 1]
        start = head + 2
        end = start + length
        if data[head] != _RESOURCE or length >= _ONE_BYTE or end > len(data):
            return None
        if end < len(data) and not _is_context(data, end):
            return None
        return data[:head], data[start:end].decode(), end
    except (IndexError, UnicodeDecodeError):
        return None


def _is_context(data: bytes, at: int) -> bool:
    """Whether entries of the context are all there is from `at` on; a field that comes again would count instead."""
    while at < len(data):
        length = data[at + 1]
        if data[at] != _CONTEXT or length >= _ONE_BYTE:
            return False
        at += 2 + length
    return at == len(data)


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
