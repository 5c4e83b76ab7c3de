"""Messages of the contract whose repeated parts stay encoded, for those who know the parts by their bytes."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from authz.v1 import authz_pb2

# Numbers of fields in google/protobuf/descriptor.proto. The classes that it generates are not used: to make them is a
# twelfth of all that a sidecar does before its first answer.
_FILE_NAME, _FILE_PACKAGE, _FILE_MESSAGE, _FILE_SYNTAX = 1, 2, 4, 12
_MESSAGE_NAME, _MESSAGE_FIELD = 1, 2
_FIELD_NAME, _FIELD_NUMBER, _FIELD_LABEL, _FIELD_TYPE = 1, 3, 4, 5
_OPTIONAL, _REPEATED = 1, 3


def with_raw_field(message: str, repeated: str) -> Any:
    """A class like the contract's `message`, whose `repeated` messages are bytes: on the wire both are the same.

    All its other fields must be single scalars.
    """
    contract = authz_pb2.DESCRIPTOR
    descriptor = contract.message_types_by_name[message]
    fields = (_part(_MESSAGE_FIELD, _field(field, is_raw=field.name == repeated)) for field in descriptor.fields)
    twin = _part(_MESSAGE_NAME, message.encode()) + b"".join(fields)
    pool = DescriptorPool()  # of its own, since the names are those of the contract
    pool.AddSerializedFile(
        _part(_FILE_NAME, contract.name.encode())
        + _part(_FILE_PACKAGE, contract.package.encode())
        + _part(_FILE_MESSAGE, twin)
        + _part(_FILE_SYNTAX, b"proto3")
    )
    return GetMessageClass(pool.FindMessageTypeByName(f"{contract.package}.{message}"))


def _field(field: FieldDescriptor, *, is_raw: bool) -> bytes:
    label, kind = (_REPEATED, FieldDescriptor.TYPE_BYTES) if is_raw else (_OPTIONAL, field.type)
    numbers = ((_FIELD_NUMBER, field.number), (_FIELD_LABEL, label), (_FIELD_TYPE, kind))
    return _part(_FIELD_NAME, field.name.encode()) + b"".join(bytes((tag << 3, number)) for tag, number in numbers)


def _part(number: int, content: bytes) -> bytes:
    """A text or a message within a message: the tag, the length, the content."""
    size = len(content)
    if size >= 1 << 14:
        raise ValueError("too long a part")
    return bytes((number << 3 | 2, size & 0x7F | 0x80, size >> 7)) + content
