import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.decision import Reason
from authz.errors import InvalidRequestError
from authz.pdp import scheduling
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import Counters
from authz.pdp.required_revision import RevisionAheadError
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, allow, deny, engine, finished, policy
from tests.sidecar import check_request

ALLOWED, DENIED = check_request(ALICE, "im:AddUser", APP_1), check_request(ALICE, "sms:SendSms")


def ask(*checks, cache=None, **fields):
    checker = Checker(engine(account(own=[policy("p", allow("im:*"))])), DecisionCache(10) if cache is None else cache)
    request = authz_pb2.BatchCheckRequest(checks=checks, **fields)
    steps = BatchChecker(checker, limit=3).check(request.SerializeToString())
    return authz_pb2.BatchCheckResponse.FromString(finished(steps))


def test_answers_come_in_request_order_on_one_revision():
    response = ask(DENIED, ALLOWED, DENIED)
    assert [result.response.allowed for result in response.results] == [False, True, False]
    assert {result.response.revision for result in response.results} == {response.revision} == {"1"}


def test_an_empty_batch_has_an_empty_answer():
    assert list(ask().results) == []


def test_a_malformed_item_has_an_error_of_its_own():
    response = ask(ALLOWED, check_request("nobody", "im:X"))
    assert response.results[0].response.allowed
    assert response.results[1].error.code == 3


def test_a_batch_and_a_single_check_share_their_cached_answers():
    cache = DecisionCache(10)
    ask(ALLOWED, ALLOWED, cache=cache)
    assert (cache.hits, cache.misses) == (1, 1)


def test_too_many_items_are_refused():
    with pytest.raises(InvalidRequestError):
        ask(*[ALLOWED] * 4)


def test_a_later_revision_is_not_answered_yet():
    with pytest.raises(RevisionAheadError):
        ask(ALLOWED, at_least_revision="2")


def test_a_batch_that_takes_long_lets_others_go_first_and_stays_on_its_revision(monkeypatch):
    monkeypatch.setattr(scheduling, "SLICE_SECONDS", 0.0)
    live = engine(account(own=[policy("p", allow("im:*"))]))
    cache = DecisionCache(1000)
    checker = Checker(live, cache)
    checks = [check_request(ALICE, "im:AddUser", f"{APP_1}{number}") for number in range(60)]
    steps = BatchChecker(checker, limit=60).check(authz_pb2.BatchCheckRequest(checks=checks).SerializeToString())
    next(steps)
    live.publish({"12345678": account()}, (), 2)
    assert not authz_pb2.CheckResponse.FromString(checker.check(checks[-1].SerializeToString())).allowed
    response = authz_pb2.BatchCheckResponse.FromString(finished(steps))
    assert {(each.response.allowed, each.response.revision) for each in response.results} == {(True, "1")}
    assert response.revision == "1"
    assert not authz_pb2.CheckResponse.FromString(checker.check(checks[-1].SerializeToString())).allowed


def test_a_batch_pauses_after_the_item_that_ends_its_slice():
    checker = Checker(engine(account(own=[policy("p", allow("im:*"))])), DecisionCache(0))
    checks = [check_request(ALICE, "im:AddUser", APP_1, n=[str(number)]) for number in range(50)]
    times = itertools.count(step=scheduling.SLICE_SECONDS / 2)
    batches = BatchChecker(checker, limit=50, clock=lambda: next(times))
    assert sum(1 for _ in batches.check(authz_pb2.BatchCheckRequest(checks=checks).SerializeToString())) == 25


def test_items_without_a_decision_are_counted_as_errors():
    counters = Counters()
    checker = Checker(engine(account()), DecisionCache(10), counters=counters)
    request = authz_pb2.BatchCheckRequest(checks=[authz_pb2.CheckRequest(), DENIED])
    finished(BatchChecker(checker, 10, counters).check(request.SerializeToString()))
    assert dict(counters.item_errors) == {"INVALID_ARGUMENT": 1}
    assert counters.decisions[Reason.NO_MATCHING_ALLOW] == 1


class Asker:
    """Asks the same checker one batch after another, at a time of its own."""

    def __init__(self, of, size=100):
        self.now, self.live, self.counters = 1_790_000_000.0, engine(of), Counters()
        self.cache = DecisionCache(size, lambda: self.now)
        self._checker = Checker(self.live, self.cache, lambda: self.now, counters=self.counters)
        self._batches = BatchChecker(self._checker, 1000, self.counters)

    def __call__(self, *checks):
        request = authz_pb2.BatchCheckRequest(checks=checks).SerializeToString()
        response = authz_pb2.BatchCheckResponse.FromString(finished(self._batches.check(request)))
        assert {each.response.revision for each in response.results} <= {response.revision, ""}
        return [each.response.allowed for each in response.results]


def test_a_batch_that_was_asked_before_is_found_at_once_and_counted_like_any_other():
    ask = Asker(account(own=[policy("p", allow("im:*"))]))
    assert [ask(ALLOWED, DENIED, ALLOWED) for _ in range(3)] == [[True, False, True]] * 3
    assert (ask.cache.hits, ask.cache.misses) == (7, 2)
    assert (ask.counters.decisions[Reason.ALLOWED], ask.counters.decisions[Reason.NO_MATCHING_ALLOW]) == (6, 3)


def test_a_batch_that_was_asked_before_is_answered_anew_after_a_change_of_its_account():
    ask = Asker(account(own=[policy("p", allow("im:*"))]))
    assert [ask(ALLOWED, DENIED) for _ in range(2)] == [[True, False]] * 2
    ask.live.publish({"9": account(uin="9")}, (), 2)
    assert ask(ALLOWED, DENIED) == [True, False]
    ask.live.publish({"12345678": account(own=[policy("p", allow("sms:*"))])}, (), 3)
    assert [ask(ALLOWED, DENIED) for _ in range(2)] == [[False, True]] * 2


def test_a_batch_that_was_asked_before_is_answered_anew_when_its_time_has_come():
    until = {"date_less_than": {"qcs:current_time": "2026-09-21T14:13:25Z"}}
    ask = Asker(account(own=[policy("p", allow("im:*", condition=until))]))
    assert [ask(ALLOWED, ALLOWED) for _ in range(3)] == [[True, True]] * 3
    ask.now += 10
    assert ask(ALLOWED, ALLOWED) == [False, False]


ITEMS = st.builds(
    lambda action, app, context: check_request(ALICE, action, app, **context),
    st.sampled_from(["im:AddUser", "im:RemoveUser", "sms:SendSms", "no"]),
    st.sampled_from([APP_1, f"{APP_1}0", "*"]),
    st.sampled_from([{}, {"trace": ["1"]}, {"trace": ["2"]}]),
)
OWN = st.sampled_from(
    [
        [],
        [policy("p", allow("im:*"))],
        [policy("p", allow("*", APP_1), deny("im:RemoveUser"))],
        [policy("p", allow("im:*", condition={"string_equal": {"trace": "1"}}))],
    ]
)


@given(OWN, st.lists(st.lists(ITEMS, max_size=8) | OWN.map(tuple), max_size=8), st.sampled_from([0, 2, 100]))
def test_batches_are_answered_as_without_a_cache_whatever_changes_between_them(own, events, size):
    ask, now = Asker(account(own=own), size), own
    for revision, event in enumerate(events, 2):
        if isinstance(event, tuple):
            now = list(event)
            ask.live.publish({"12345678": account(own=now)}, (), revision)
        else:
            fresh = Asker(account(own=now), 0)
            assert ask(*event) == ask(*event) == [fresh(check)[0] for check in event]
