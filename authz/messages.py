"""Messages of the contract whose repeated parts stay encoded, for those who know the parts by their bytes."""

from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from authz.v1 import authz_pb2


def raw_twin(message: str, repeated: str) -> Any:
    """A class like the contract's `message`, whose `repeated` messages are bytes: on the wire both are the same."""
    contract = authz_pb2.DESCRIPTOR
    file = FileDescriptorProto(name=contract.name, package=contract.package, syntax="proto3")
    twin = file.message_type.add()
    contract.message_types_by_name[message].CopyToProto(twin)
    for field in twin.field:
        if field.name == repeated:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
    pool = DescriptorPool()  # of its own, since the names are those of the contract
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(f"{contract.package}.{message}"))
