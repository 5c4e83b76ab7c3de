import grpc
import pytest

from authz.client import faults
from authz.client.answers import Reason, denial_of


class Failure(grpc.RpcError):
    def __init__(self, code, metadata=()):
        super().__init__()
        self._code = code
        self._metadata = metadata

    def code(self):
        return self._code

    def details(self):
        return "why"

    def trailing_metadata(self):
        return self._metadata


@pytest.mark.parametrize("code", list(grpc.StatusCode), ids=lambda code: code.name)
def test_every_status_is_an_error_that_denies(code):
    for error in (faults.fault_of_call(Failure(code)), faults.fault_of_item(code.value[0], "why")):
        assert isinstance(error, faults.ClientError)
        denial = denial_of(error)
        assert (denial.allowed, bool(denial), denial.reason < 0) == (False, False, True)
        assert "why" in denial.message


def test_every_kind_of_error_has_a_reason_as_a_denial():
    kinds = [faults.ClientError, *faults.ClientError.__subclasses__(), *faults.SidecarFaultError.__subclasses__()]
    assert {Reason[kind.reason] for kind in kinds} == {reason for reason in Reason if reason < 0}


def test_only_calls_that_were_turned_away_are_repeated():
    repeated = [code.name for code in grpc.StatusCode if faults.may_retry(Failure(code))]
    assert repeated == ["CANCELLED", "UNAVAILABLE"]


def test_details_that_cannot_be_read_do_not_hide_the_refusal():
    metadata = [("other", "x"), ("grpc-status-details-bin", b"\xff")]
    error = faults.fault_of_call(Failure(grpc.StatusCode.INVALID_ARGUMENT, metadata))
    assert isinstance(error, faults.InvalidQuestionError)
    assert error.violations == ()


def test_an_item_names_its_field_in_its_message():
    error = faults.fault_of_item(grpc.StatusCode.INVALID_ARGUMENT.value[0], "batch: too large")
    assert error.violations == ()
    assert type(faults.fault_of_item(99, "x")) is faults.SidecarFaultError
