"""Server reflection, v1 and v1alpha: what there is to call, for tools such as grpcurl."""

from collections.abc import Iterable

from google.protobuf.message import DecodeError
from grpc_reflection.v1alpha import reflection, reflection_pb2

from authz.errors import InvalidRequestError
from authz.server.conduct import Conduct
from authz.server.methods import Conversation, MethodTable

_V1 = "grpc.reflection.v1.ServerReflection"
_METHOD = "ServerReflectionInfo"


class Reflection:
    """Tells of `services` and of itself, by the servicer of grpcio-reflection, which needs no call to answer."""

    def __init__(self, services: Iterable[str]) -> None:
        self._servicer = reflection.ReflectionServicer((*services, reflection.SERVICE_NAME, _V1))

    def tables(self, conduct: Conduct) -> list[MethodTable]:
        """Both versions of the service: their messages are the same on the wire."""
        return [
            MethodTable(name, {_METHOD: Conversation(self.answer)}, conduct) for name in (reflection.SERVICE_NAME, _V1)
        ]

    def answer(self, data: bytes) -> bytes:
        """Answer a ServerReflectionRequest with a ServerReflectionResponse.

        Raises:
            InvalidRequestError: if it is none.
        """
        try:
            request = reflection_pb2.ServerReflectionRequest.FromString(data)
        except DecodeError:
            raise InvalidRequestError("message_request", "the request is no ServerReflectionRequest") from None
        return bytes(next(self._servicer.ServerReflectionInfo(iter((request,)), None)).SerializeToString())
