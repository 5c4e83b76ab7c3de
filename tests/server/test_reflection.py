import pytest
from google.api import annotations_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

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


OPTIONS = "google.protobuf.MethodOptions"
HTTP = annotations_pb2.http.number  # of an extension that is known here
Extension = reflection_pb2.ExtensionRequest


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"list_services": "*"},
        {"host": "here", "file_containing_symbol": SERVICE},
        {"file_containing_symbol": f"{SERVICE}.Check"},
        {"file_containing_symbol": "authz.v1"},
        {"file_containing_symbol": ""},
        {"file_by_filename": "authz/v1/authz.proto"},
        {"file_by_filename": "google/api/annotations.proto"},
        {"file_by_filename": "nowhere.proto"},
        {"file_containing_extension": Extension(containing_type=OPTIONS, extension_number=HTTP)},
        {"file_containing_extension": Extension(containing_type=OPTIONS, extension_number=1)},
        {"file_containing_extension": Extension(containing_type="nothing", extension_number=1)},
        {"all_extension_numbers_of_type": OPTIONS},
        {"all_extension_numbers_of_type": "nothing"},
    ],
    ids=str,
)
def test_it_answers_as_the_servicer_of_grpcio_does(request_):
    names = (SERVICE, reflection.SERVICE_NAME, "grpc.reflection.v1.ServerReflection")
    request = reflection_pb2.ServerReflectionRequest(**request_)
    expected = next(reflection.ReflectionServicer(names).ServerReflectionInfo(iter((request,)), None))
    assert told(**request_) == expected
