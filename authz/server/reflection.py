"""Server reflection, v1 and v1alpha: what there is to call, for tools such as grpcurl.

Answers with the messages of grpcio-reflection. Its servicer is not used, since that loads all of grpcio: a tenth of a
second of each start and ten megabytes, which the transport of our own does without.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError

from authz.errors import InvalidRequestError
from authz.server.call_policy import CallPolicy
from authz.server.methods import BidiStream, MethodTable

_V1 = "grpc.reflection.v1.ServerReflection"
_V1_ALPHA = "grpc.reflection.v1alpha.ServerReflection"
_METHOD = "ServerReflectionInfo"
_POOL = Default()
_UNKNOWN = {"error_response": {"error_code": 5, "error_message": "not found"}}
_UNASKED = {"error_response": {"error_code": 3, "error_message": "invalid argument"}}
_Field = dict[str, Any]
"""The one field of a ServerReflectionResponse that is set, as protobuf's constructors take it."""


class Reflection:
    """Tells of `services` and of itself."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = sorted((*services, _V1_ALPHA, _V1))

    def tables(self, call_policy: CallPolicy) -> list[MethodTable]:
        """Both versions of the service: their messages are the same on the wire."""
        return [MethodTable(name, {_METHOD: BidiStream(self.answer)}, call_policy) for name in (_V1_ALPHA, _V1)]

    def answer(self, data: bytes) -> bytes:
        """Answer a ServerReflectionRequest with a ServerReflectionResponse.

        Raises:
            InvalidRequestError: if it is none.
        """
        from grpc_reflection.v1alpha import reflection_pb2  # noqa: PLC0415 - few who start ever ask for this

        try:
            request = reflection_pb2.ServerReflectionRequest.FromString(data)
        except DecodeError:
            raise InvalidRequestError("message_request", "the request is no ServerReflectionRequest") from None
        try:
            field = self._field(request.WhichOneof("message_request"), request)
        except KeyError:  # the pool has no such name
            field = _UNKNOWN
        return bytes(reflection_pb2.ServerReflectionResponse(original_request=request, **field).SerializeToString())

    def _field(self, kind: str | None, request: Any) -> _Field:
        match kind:
            case "file_by_filename":
                return _files(_POOL.FindFileByName(request.file_by_filename))
            case "file_containing_symbol":
                return _files(_POOL.FindFileContainingSymbol(request.file_containing_symbol))
            case "file_containing_extension":
                wanted = request.file_containing_extension
                extended = _POOL.FindMessageTypeByName(wanted.containing_type)
                extension: Any = _POOL.FindExtensionByNumber(extended, wanted.extension_number)
                return _files(extension.file)
            case "all_extension_numbers_of_type":
                extended = _POOL.FindMessageTypeByName(request.all_extension_numbers_of_type)
                numbers = sorted(extension.number for extension in _POOL.FindAllExtensions(extended))
                told = {"base_type_name": extended.full_name, "extension_number": numbers}
                return {"all_extension_numbers_response": told}
            case "list_services":
                return {"list_services_response": {"service": [{"name": name} for name in self._services]}}
            case _:
                return _UNASKED


def _files(descriptor: FileDescriptor) -> _Field:
    """A file and all that it needs, encoded."""
    encoded = [each.serialized_pb for each in _with_dependencies(descriptor, set())]
    return {"file_descriptor_response": {"file_descriptor_proto": encoded}}


def _with_dependencies(descriptor: FileDescriptor, seen: set[str]) -> Iterator[FileDescriptor]:
    if descriptor.name not in seen:
        seen.add(descriptor.name)
        yield descriptor
        for dependency in descriptor.dependencies:
            yield from _with_dependencies(dependency, seen)
