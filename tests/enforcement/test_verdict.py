"""A call is served only if every answer allows."""

import pytest

from authz.client import Decision, Question, Reason, UnavailableError
from authz.enforcement import CallRefusedError
from authz.enforcement.verdict import decided, not_mapped

YES = Decision(allowed=True, reason=Reason.ALLOWED)
NO = Decision(allowed=False, reason=Reason.NO_MATCHING_ALLOW)


def outcome(*answers):
    questions = [Question("p", "sms:SendSms", f"r{at}") for at in range(len(answers))]
    try:
        return decided(questions, answers)
    except CallRefusedError as refusal:
        return refusal.kind.name, refusal.facts.get("resource")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([YES], YES),
        ([YES, YES], YES),
        ([NO], ("DENIED", "r0")),
        ([YES, NO, NO], ("DENIED", "r1")),
        ([YES, UnavailableError("x")], ("UNAVAILABLE", None)),
        ([UnavailableError("x"), NO], ("UNAVAILABLE", None)),
        ([], ("FAULT", None)),
    ],
)
def test_the_first_answer_that_does_not_allow_decides(answers, expected):
    assert outcome(*answers) == expected


def test_an_answer_too_few_is_no_allow():
    with pytest.raises(ValueError, match="zip"):
        decided([Question("p", "sms:SendSms")] * 2, [YES])


def test_a_method_without_a_mapping_is_named():
    assert "/a.B/C" in str(not_mapped("/a.B/C"))
