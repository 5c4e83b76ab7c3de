import pytest

from authz.cache import DecisionCache
from authz.errors import InvalidRequestError
from authz.server.batch import BatchChecker
from authz.server.check import Checker, RevisionAheadError
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, allow, engine, policy
from tests.sidecar import check_request

ALLOWED, DENIED = check_request(ALICE, "im:AddUser", APP_1), check_request(ALICE, "sms:SendSms")


def ask(*checks, cache=None, **fields):
    checker = Checker(engine(account(own=[policy("p", allow("im:*"))])), DecisionCache(10) if cache is None else cache)
    request = authz_pb2.BatchCheckRequest(checks=checks, **fields)
    answer = BatchChecker(checker, limit=3).check(request.SerializeToString())
    return authz_pb2.BatchCheckResponse.FromString(answer)


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
