import pytest
from grpc_reflection.v1alpha import reflection_pb2

from authz.errors import InvalidRequestError
from authz.server.methods import SERVICE
from authz.server.reflection import Reflection


def told(**request):
    asked = reflection_pb2.ServerReflectionRequest(**request).SerializeToString()
    return reflection_pb2.ServerReflectionResponse.FromString(Reflection((SERVICE,)).answer(asked))


def test_it_lists_the_services_and_itself():
    names = [each.name for each in told(list_services="").list_services_response.service]
    assert names == [
        SERVICE,
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]


def test_it_describes_a_service_and_knows_no_other():
    assert told(file_containing_symbol=SERVICE).file_descriptor_response.file_descriptor_proto
    assert told(file_containing_symbol="nothing").error_response.error_code == 5


def test_a_request_that_is_none_is_refused():
    with pytest.raises(InvalidRequestError):
        Reflection(()).answer(b"\xff")
