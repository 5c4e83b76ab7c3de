"""Each tier answers what it can tell, and leaves the rest to the next one."""

import pytest

from authz.engine.decision import Reason
from authz.engine.plan import PrincipalPlan
from authz.errors import InvalidRequestError
from authz.pdp.cache import DecisionCache
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.tiers import Tiers
from authz.wire.questions import read_question
from tests.builders import ALICE, APP_1, APP_2, account, allow, engine, policy
from tests.sidecar import check_request

OPEN = engine(account(own=[policy("p", allow("im:*", APP_1))])).live
CONDITION = {"string_equal": {"dept": "ops"}}
CONDITIONAL = engine(account(own=[policy("p", allow("im:*", APP_1, condition=CONDITION))])).live


def question(resource=APP_1, **context):
    return check_request(ALICE, "im:AddUser", resource, **context).SerializeToString()


def unread(_data, _now, _bounds):
    raise AssertionError("a cheaper tier can tell")


@pytest.fixture
def cache():
    return DecisionCache(10)


@pytest.fixture
def tiers(cache):
    return Tiers(cache)


def test_a_question_of_the_usual_form_is_answered_without_being_read(tiers, cache):
    reasons = [tiers.answer(question(app), OPEN, unread).kind for app in (APP_1, APP_2)]
    assert reasons == [Reason.ALLOWED, Reason.NO_MATCHING_ALLOW]
    assert (cache.misses, len(cache)) == (2, 2)


def test_so_is_one_with_a_context_that_no_statement_reads_and_shares_the_answer(tiers, cache):
    answers = [tiers.answer(question(trace=[str(number)]), OPEN, unread) for number in range(5)]
    assert all(each is answers[0] for each in answers)
    assert (cache.misses, len(cache)) == (1, 1)
    assert tiers.answer(question(), OPEN, unread) is not None


@pytest.mark.parametrize("context", [{"qcs:ip": ["nowhere"]}, {"trace": ["1", "2"]}])
def test_a_context_that_is_malformed_or_unusual_is_read_in_full(tiers, context):
    with pytest.raises(AssertionError, match="cheaper"):
        tiers.answer(question(**context), OPEN, unread)


def test_questions_that_differ_in_what_is_not_read_share_what_the_engine_decided(tiers, cache):
    asked = [("ops", "1"), ("ops", "2"), ("hr", "1"), ("hr", "2")]
    answers = [
        tiers.answer(question(dept=[dept], trace=[trace]), CONDITIONAL, read_question).kind for dept, trace in asked
    ]
    assert answers == [Reason.ALLOWED] * 2 + [Reason.NO_MATCHING_ALLOW] * 2
    assert (cache.misses, cache.hits, len(cache)) == (2, 2, 2)


def test_a_question_that_is_repeated_to_the_byte_gets_a_place_of_its_own(tiers, cache):
    for _ in range(2):
        tiers.answer(question(dept=["ops"], trace=["1"]), CONDITIONAL, read_question)
    assert len(cache) == 2
    assert cache.get(question(dept=["ops"], trace=["1"])) is not None


def test_the_plan_is_looked_up_once_for_a_question_that_is_read(tiers, monkeypatch):
    looked_up = []
    for_action = PrincipalPlan.for_action
    monkeypatch.setattr(
        PrincipalPlan, "for_action", lambda self, action: looked_up.append(1) or for_action(self, action)
    )
    for number in range(3):  # the first one makes a memo too, by which it is known that this must be read
        looked_up.clear()
        data = question(f"qcs::im::uin/12345678:sdkappid/150000000{number}")
        assert tiers.answer(data, CONDITIONAL, read_question).kind is Reason.NO_MATCHING_ALLOW
    assert len(looked_up) == 1


def test_a_decision_of_its_own_is_not_kept(tiers, cache):
    entry = tiers.decide(read_question(question(), 0.0).request, OPEN)
    assert (entry.kind, cache.misses, len(cache)) == (Reason.ALLOWED, 1, 0)


def test_errors_are_not_kept(tiers, cache):
    with pytest.raises(InvalidRequestError):
        tiers.answer(b"\xff", OPEN, read_question)
    with pytest.raises(RevisionAheadError):
        tiers.answer(question(at_least_revision="2"), OPEN, read_question)
    assert len(cache) == 0
