"""Every kind of failure has its status; none of them is an allow, and none tells more than the caller may know."""

import pytest
from google.rpc import error_details_pb2, status_pb2

from authz.client import Decision, InvalidQuestionError, MalformedAnswerError, OverloadedError, Reason
from authz.client.faults import FieldViolation, SidecarFaultError, TimedOutError, UnavailableError
from authz.enforcement.refusals import CallRefusedError, RefusalKind, refusal_of, status_details

VIOLATION = {name: [FieldViolation(name, "bad")] for name in ("principal", "action", "resource", "context")}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Decision(allowed=False, reason=Reason.EXPLICIT_DENY), "DENIED"),
        (UnavailableError("x"), "UNAVAILABLE"),
        (TimedOutError("x"), "UNAVAILABLE"),
        (OverloadedError("x"), "UNAVAILABLE"),
        (SidecarFaultError("x"), "FAULT"),
        (MalformedAnswerError("x"), "FAULT"),
        (InvalidQuestionError("x", VIOLATION["principal"]), "UNAUTHENTICATED"),
        (InvalidQuestionError("x", VIOLATION["resource"]), "INVALID_REQUEST"),
        (InvalidQuestionError("x", VIOLATION["context"]), "INVALID_REQUEST"),
        (InvalidQuestionError("x", VIOLATION["action"]), "FAULT"),
        (InvalidQuestionError("x"), "FAULT"),
        (Decision(allowed=False, reason=Reason.SIDECAR_TIMED_OUT), "UNAVAILABLE"),
        (Decision(allowed=False, reason=Reason.SIDECAR_UNAVAILABLE), "UNAVAILABLE"),
        (Decision(allowed=False, reason=Reason.SIDECAR_FAULT), "FAULT"),
        (Decision(allowed=False, reason=Reason.QUESTION_REFUSED), "FAULT"),
    ],
)
def test_an_answer_that_does_not_allow_has_its_kind(answer, kind):
    assert refusal_of(answer, "sms:SendSms", "*").kind.name == kind


def test_the_text_of_a_fault_is_not_told():
    assert "secret" not in str(refusal_of(SidecarFaultError("secret"), "sms:SendSms", "*"))


@pytest.mark.parametrize("kind", RefusalKind)
def test_details_are_a_status_with_the_same_code_and_text(kind):
    status = status_pb2.Status.FromString(status_details(CallRefusedError(kind, "text", facts={"a": "b", "none": ""})))
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, status.message) == (kind.value.status.value[0], "text")
    assert (info.reason, info.domain, dict(info.metadata)) == (kind.name, "cam.authz", {"a": "b"})


def test_texts_are_cut_to_what_trailers_hold_without_breaking_a_character():
    refusal = CallRefusedError(RefusalKind.DENIED, "\u6df1" * 10_000, facts={"resource": "\u6df1" * 10_000})
    assert len(status_details(refusal)) < 3000
    assert str(refusal).removesuffix("...").strip("\u6df1") == ""
