import pytest

from authz.cache import DecisionCache
from authz.engine.decision import Reason
from authz.errors import InvalidRequestError
from authz.server import admission
from authz.server.batch import BatchChecker
from authz.server.check import Checker, RevisionAheadError
from authz.server.tally import Tally
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, allow, engine, finished, policy
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
    monkeypatch.setattr(admission, "SLICE_SECONDS", 0.0)
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


def test_items_without_a_decision_are_counted_as_errors():
    tally = Tally()
    checker = Checker(engine(account()), DecisionCache(10), tally=tally)
    request = authz_pb2.BatchCheckRequest(checks=[authz_pb2.CheckRequest(), DENIED])
    finished(BatchChecker(checker, 10, tally).check(request.SerializeToString()))
    assert dict(tally.item_errors) == {"INVALID_ARGUMENT": 1}
    assert tally.decisions[Reason.NO_MATCHING_ALLOW] == 1
