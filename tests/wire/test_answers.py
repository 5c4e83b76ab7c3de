import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, Decision, Reason, StatementRef
from authz.v1 import authz_pb2
from authz.wire.answers import write_answer, write_revision, write_watch


def test_an_answer_and_its_revision_are_one_message_when_joined():
    decision = Decision(allowed=True, reason=Reason.ALLOWED, statement=StatementRef("p", 3, "user/1"))
    answer = authz_pb2.CheckResponse.FromString(write_answer(decision, b"") + write_revision(42))
    assert (answer.allowed, answer.reason, answer.revision) == (True, authz_pb2.REASON_ALLOWED, "42")
    assert (answer.statement.policy, answer.statement.index, answer.statement.attached_to) == ("p", 3, "user/1")


REFS = st.none() | st.builds(StatementRef, st.text(max_size=200), st.integers(0, 500), st.text(max_size=20))


@given(st.builds(Decision, st.booleans(), st.sampled_from(Reason), REFS), st.text(max_size=300))
def test_an_answer_is_what_protobuf_would_have_encoded(decision, message):
    ref = decision.statement
    expected = authz_pb2.CheckResponse(
        allowed=decision.allowed,
        reason=authz_pb2.Reason.Name(decision.reason),
        statement=ref and authz_pb2.StatementRef(policy=ref.policy, index=ref.index, attached_to=ref.attached_to),
        message=message,
    )
    assert write_answer(decision, message.encode()) == expected.SerializeToString()


@pytest.mark.parametrize("decision", [ROOT_ACCOUNT, CROSS_ACCOUNT])
def test_a_decision_without_statement_leaves_it_unset(decision):
    answer = authz_pb2.CheckResponse.FromString(write_answer(decision, b"because"))
    assert not answer.HasField("statement")
    assert (answer.allowed, answer.message) == (decision.allowed, "because")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_the_number_and_name_of_the_contract(reason):
    assert authz_pb2.Reason.Name(reason) == f"REASON_{reason.name}"


def test_the_empty_answer_denies():
    assert not authz_pb2.CheckResponse.FromString(b"").allowed


def test_a_watch_tells_accounts_or_that_all_may_differ():
    some = authz_pb2.WatchRevisionResponse.FromString(write_watch(1, frozenset({"b", "a"})))
    every = authz_pb2.WatchRevisionResponse.FromString(write_watch(1, None))
    assert (list(some.accounts), some.all) == (["a", "b"], False)
    assert (list(every.accounts), every.all) == ([], True)
