import pytest

from authz.client.answers import (
    Decision,
    Reason,
    first_denial,
    read_batch,
    read_decision,
    read_explanation,
    read_listing,
)
from authz.client.faults import ClientError, MalformedAnswerError
from authz.v1 import authz_pb2

ALLOW = Decision(allowed=True, reason=Reason.ALLOWED)
DENY = Decision(allowed=False, reason=Reason.EXPLICIT_DENY)


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("reason", [0, *authz_pb2.Reason.values()[1:], 99, -1])
def test_an_allow_is_believed_only_for_a_reason_that_allows(allowed, reason):
    response = authz_pb2.CheckResponse(allowed=allowed, reason=reason, revision="1")
    allows = reason in (Reason.ROOT_ACCOUNT, Reason.ALLOWED)
    if 0 < reason < 99 and allowed is allows:
        assert read_decision(response.SerializeToString()).allowed is allowed
        return
    with pytest.raises(MalformedAnswerError):
        read_decision(response.SerializeToString())


def test_every_reason_of_the_contract_is_known():
    ours = {f"REASON_{reason.name}": reason.value for reason in Reason if reason > 0}
    assert ours == {name: number for name, number in authz_pb2.Reason.items() if number}


@pytest.mark.parametrize("read", [read_decision, read_listing, read_explanation, lambda data: read_batch(data, 1)])
@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05x"])
def test_bytes_that_are_no_answer_are_no_decision(read, data):
    with pytest.raises(MalformedAnswerError):
        read(data)


def test_a_batch_has_as_many_answers_as_questions():
    with pytest.raises(MalformedAnswerError):
        read_batch(b"", 1)
    empty = authz_pb2.BatchCheckResponse(results=[authz_pb2.BatchCheckResult()]).SerializeToString()
    assert isinstance(read_batch(empty, 1)[0], MalformedAnswerError)


def test_the_first_that_is_not_an_allow_is_told():
    error = ClientError("x")
    assert first_denial([ALLOW, DENY, error]) is DENY
    assert first_denial([ALLOW, error, DENY]) is error
    assert first_denial([ALLOW, ALLOW]) is ALLOW
    assert (bool(ALLOW), bool(DENY)) == (True, False)
