import pytest

from authz.cache import DecisionCache
from authz.engine.live import Engine
from authz.errors import InvalidRequestError, NotReadyError
from authz.server.check import Checker, RevisionAheadError
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, allow, engine, policy
from tests.sidecar import check_request

QUESTION = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
GRANT = [policy("p", allow("im:*"))]


def made(of, cache=None):
    return Checker(of, cache if cache is not None else DecisionCache(10))


def answer(checker, data=QUESTION):
    return authz_pb2.CheckResponse.FromString(checker.check(data))


def test_a_second_question_is_answered_from_the_cache():
    cache = DecisionCache(10)
    checker = made(engine(account(own=GRANT)), cache)
    assert answer(checker) == answer(checker)
    assert (cache.hits, cache.misses) == (1, 1)


def test_a_cached_answer_names_the_revision_that_is_in_force_now():
    live = engine(account(own=GRANT))
    checker = made(live)
    assert answer(checker).revision == "1"
    live.publish({"87654321": account(uin="87654321")}, (), 2)
    assert (answer(checker).revision, answer(checker).allowed) == ("2", True)


def test_a_change_of_its_account_ends_a_cached_answer():
    live = engine(account(own=GRANT))
    cache = DecisionCache(10)
    checker = made(live, cache)
    assert answer(checker).allowed
    live.publish({"12345678": account()}, (), 2)
    assert not answer(checker).allowed
    assert cache.dropped == 1


def test_an_account_that_appears_ends_the_cached_answers_about_strangers():
    live = engine()
    checker = made(live)
    assert answer(checker).reason == authz_pb2.REASON_UNKNOWN_PRINCIPAL
    live.publish({"12345678": account(own=GRANT)}, (), 2)
    assert answer(checker).allowed


def test_errors_are_not_cached():
    cache = DecisionCache(10)
    checker = made(engine(account()), cache)
    for _ in range(2):
        with pytest.raises(InvalidRequestError):
            checker.check(b"\xff")
    assert len(cache) == 0


def test_a_later_revision_is_not_answered_yet():
    later = check_request(ALICE, "im:AddUser", APP_1, at_least_revision="2").SerializeToString()
    live = engine(account(own=GRANT))
    checker = made(live)
    with pytest.raises(RevisionAheadError) as caught:
        checker.check(later)
    assert caught.value.revision == 2
    live.publish({}, (), 2)
    assert answer(checker, later).revision == "2"


def test_nothing_is_answered_before_anything_is_loaded():
    with pytest.raises(NotReadyError):
        made(Engine()).check(QUESTION)
