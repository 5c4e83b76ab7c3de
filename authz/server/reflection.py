"""Server reflection, v1 and v1alpha: describes the services to tools such as grpcurl.

The messages are those of grpcio-reflection. Its servicer is not used, since it loads all of grpcio, which the built-in
transport does not need: a tenth of a second of each start, and ten megabytes.
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
"""The field of a ServerReflectionResponse that is set, as an argument of its constructor."""


class Reflection:
    """Describes `services` and itself."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = sorted((*services, _V1_ALPHA, _V1))

    def tables(self, call_policy: CallPolicy) -> list[MethodTable]:
        """Both versions of the service, whose messages are the same on the wire."""
        return [MethodTable(name, {_METHOD: BidiStream(self.answer)}, call_policy) for name in (_V1_ALPHA, _V1)]

    def answer(self, data: bytes) -> bytes:
        """Answer a ServerReflectionRequest with a ServerReflectionResponse.

        Raises:
            InvalidRequestError: if it cannot be decoded.
        """
        from grpc_reflection.v1alpha import reflection_pb2  # noqa: PLC0415 - rarely used

        try:
            request = reflection_pb2.ServerReflectionRequest.FromString(data)
        except DecodeError:
            raise InvalidRequestError(
                "message_request", "request is not a valid grpc.reflection.v1.ServerReflectionRequest"
            ) from None
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
                found = {"base_type_name": extended.full_name, "extension_number": numbers}
                return {"all_extension_numbers_response": found}
            case "list_services":
                return {"list_services_response": {"service": [{"name": name} for name in self._services]}}
            case _:
                return _UNASKED


def _files(descriptor: FileDescriptor) -> _Field:
    """A file and the files that it imports, encoded."""
    encoded = [each.serialized_pb for each in _with_dependencies(descriptor, set())]
    return {"file_descriptor_response": {"file_descriptor_proto": encoded}}


def _with_dependencies(descriptor: FileDescriptor, seen: set[str]) -> Iterator[FileDescriptor]:
    if descriptor.name not in seen:
        seen.add(descriptor.name)
        yield descriptor
        for dependency in descriptor.dependencies:
            yield from _with_dependencies(dependency, seen)
