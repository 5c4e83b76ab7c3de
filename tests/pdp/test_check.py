import pytest

from authz.engine.live import Engine
from authz.errors import InvalidRequestError, NotReadyError
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.required_revision import RevisionAheadError
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, APP_2, account, allow, deny, engine, policy
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


def test_an_account_that_appears_ends_the_cached_answers_about_unknown_accounts():
    live = engine()
    checker = made(live)
    assert answer(checker).reason == authz_pb2.REASON_UNKNOWN_PRINCIPAL
    live.publish({"12345678": account(own=GRANT)}, (), 2)
    assert answer(checker).allowed


WITH_IP_RULE = [policy("p", allow("im:*"), deny("im:*", condition={"ip_equal": {"qcs:ip": "10.0.0.0/8"}}))]


def from_address(address, **context):
    values = {key: [value] for key, value in {"qcs:ip": address, **context}.items()}
    return check_request(ALICE, "im:AddUser", APP_1, **values).SerializeToString()


def test_questions_that_differ_in_context_that_no_statement_reads_share_an_answer():
    cache = DecisionCache(10)
    checker = made(engine(account(own=GRANT)), cache)
    assert all(answer(checker, from_address(f"10.0.0.{number}")).allowed for number in range(5))
    assert (cache.hits, cache.misses, len(cache)) == (4, 1, 1)


def test_of_100_000_calls_on_1_000_questions_from_as_many_addresses_99_percent_are_hits():
    cache = DecisionCache(100_000)
    checker = made(engine(account(own=GRANT)), cache)
    for number in range(100_000):
        resource = f"qcs::im::uin/12345678:sdkappid/{1_400_000_000 + number % 1_000}"
        context = {"qcs:ip": [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"], "trace": [f"{number:032x}"]}
        checker.check(check_request(ALICE, "im:AddUser", resource, **context).SerializeToString())
    assert (cache.hits, cache.misses) == (99_000, 1_000)


def test_questions_that_differ_in_context_that_a_statement_reads_do_not():
    cache = DecisionCache(10)
    checker = made(engine(account(own=WITH_IP_RULE)), cache)
    addresses = ("10.0.0.1", "9.9.9.9", "10.0.0.1")
    assert [answer(checker, from_address(address)).allowed for address in addresses] == [False, True, False]
    assert (cache.hits, cache.misses) == (1, 2)


def test_what_is_read_still_counts_beside_what_is_not():
    checker = made(engine(account(own=WITH_IP_RULE)))
    asked = [("10.0.0.1", "a"), ("9.9.9.9", "a"), ("9.9.9.9", "b"), ("10.0.0.1", "b")]
    answers = [answer(checker, from_address(address, trace=trace)).allowed for address, trace in asked]
    assert answers == [False, True, True, False]


def test_a_change_ends_shared_answers_too():
    live = engine(account(own=GRANT))
    checker = made(live)
    assert answer(checker, from_address("10.0.0.1")).allowed
    live.publish({"12345678": account()}, (), 2)
    assert not answer(checker, from_address("10.0.0.2")).allowed


@pytest.mark.parametrize("make", [allow, deny])
@pytest.mark.parametrize("key", ["qcs:resource_tags", "qcs:resource_tags/dept", "qcs:request_tagged/dept"])
def test_a_key_that_only_begins_like_a_tag_key_keeps_answers_apart(make, key):
    policies = [policy("all", allow("im:*"))] if make is deny else []
    policies.append(policy("some", make("im:*", condition={"string_equal": {key: "ops"}})))
    warm, cold = (made(engine(account(own=policies)), DecisionCache(size)) for size in (10, 0))
    for near in (key, key.partition("/")[0]):
        for value in ("ops", "dev", "dept&ops", "dept&dev"):
            data = check_request(ALICE, "im:AddUser", APP_1, **{near: [value]}).SerializeToString()
            applies = (near, value) == (key, "ops")
            assert answer(warm, data) == answer(cold, data)
            assert answer(warm, data).allowed == (applies == (make is allow))


def test_a_question_that_is_repeated_to_the_byte_gets_a_place_of_its_own():
    cache = DecisionCache(10)
    checker = made(engine(account(own=GRANT)), cache)
    for _ in range(3):
        answer(checker, from_address("10.0.0.1"))
    assert (cache.hits, cache.misses, len(cache)) == (2, 1, 2)


def test_shared_answers_are_those_of_one_resource():
    cache = DecisionCache(10)
    checker = made(engine(account(own=[policy("p", allow("im:*", APP_1))])), cache)
    asked = [check_request(ALICE, "im:AddUser", app, trace=["1"]).SerializeToString() for app in (APP_1, APP_2)]
    assert [answer(checker, data).allowed for data in asked] == [True, False]
    assert cache.misses == 2


def test_malformed_context_is_refused_although_nobody_reads_it():
    checker = made(engine(account(own=GRANT)))
    answer(checker, from_address("10.0.0.1"))
    with pytest.raises(InvalidRequestError):
        answer(checker, from_address("not an address"))


def test_an_item_that_names_a_later_revision_is_not_kept_for_a_single_check_that_must_wait_for_it():
    later = check_request(ALICE, "im:AddUser", APP_1, at_least_revision="2").SerializeToString()
    checker = made(engine(account(own=GRANT)))
    checker.check_item(later, checker.snapshot, checker.suffix(checker.snapshot.revision))
    with pytest.raises(RevisionAheadError):
        checker.check(later)


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
