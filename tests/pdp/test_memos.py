"""The short way to an answer gives what the long way gives: reading all by protobuf, and deciding on a Request."""

import gc
import tracemalloc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authz.engine.decision import Reason
from authz.engine.evaluate import decide
from authz.errors import AuthzError
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.memos import PrefixMemos
from authz.wire.answers import write_decision, write_revision
from authz.wire.plain import find_resource
from authz.wire.questions import read_question
from tests import strategies
from tests.builders import ALICE, APP_1, APP_2, CI, ROOT, account, allow, attempt, deny, engine, policy
from tests.sidecar import check_request
from tests.wire.test_plain import ENCODED

TAIL = b"sdkappid/1400000001"
NOW = 1_790_000_000.0
QUESTION = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
WITH_CONDITION = [policy("c", allow("im:AddUser", condition={"string_equal": {"trace": "1"}}))]
OPEN = [policy("p", allow("im:*", APP_1), deny("im:RemoveUser"))]
RESOURCES = [
    *(APP_1, APP_2, "*", "qcs::im::uin/9:sdkappid/1", "qcs::im:::sdkappid/1", "no resource", "", "qcs::im:::"),
    *(f"{APP_1} ", f"{APP_1}é", f"qcs::{'x' * 200}:::a", "qcs::im:::a:b", "qcs::cos:gz::b/a:c", ":", "qcs: :im:::a"),
]
QUESTIONS = st.builds(
    lambda principal, action, resource, context: check_request(
        principal, action, resource, **context
    ).SerializeToString(),
    st.sampled_from([ALICE, CI, ROOT, "qcs::cam::uin/12345678:uin/9", "qcs::cam::uin/9:root", "nobody"]),
    st.sampled_from(["im:AddUser", "IM:adduser", "im:RemoveUser", "sms:SendSms", "sts:AssumeRole", "no"]),
    st.sampled_from(RESOURCES),
    st.sampled_from(
        [
            {},
            {"trace": ["1"]},
            {"trace": ["2"], "qcs:ip": ["10.0.0.1"], "qcs:current_time": ["2026-01-01T00:00:00Z"]},
            {"qcs:ip": ["::1"]},
            {"trace": ["1", "2"]},
            {"qcs:ip": ["nowhere"]},
            {"qcs:current_time": ["2026-02-30T00:00:00Z"]},
            {"": []},
        ]
    ),
)


def long_way(of, data):
    question = read_question(data, NOW)
    plan = of.live.resolve(question.request.principal, question.request.action)
    decision = decide(of.live, plan, question.request)
    return b"".join(write_decision(plan, decision, question.request)) + write_revision(of.live.revision)


def assert_ways_agree(of, checker, data):
    wanted, refusal = attempt(AuthzError, lambda: long_way(of, data))
    for _ in range(3):  # decided, shared, and kept under its own bytes
        found, error = attempt(AuthzError, lambda: checker.check(data))
        assert found == wanted
        assert str(error) == str(refusal)


def made(of, size=20):
    return Checker(of, DecisionCache(size, lambda: NOW), lambda: NOW)


@given(strategies.accounts(), st.lists(QUESTIONS, min_size=1, max_size=12), st.sampled_from([0, 2, 100]))
def test_any_account_and_any_question(of, questions, size):
    live = engine(of)
    checker = made(live, size)
    for data in questions:
        assert_ways_agree(live, checker, data)


@settings(max_examples=300)
@given(st.lists(ENCODED.filter(lambda data: b"\x2a" not in data), min_size=1, max_size=4))
def test_questions_in_any_encoding(encoded):
    live = engine(account(own=OPEN))
    checker = made(live)
    for data in encoded:
        assert_ways_agree(live, checker, data)


@given(st.lists(QUESTIONS, max_size=6), st.lists(QUESTIONS, max_size=6))
def test_conditions_and_a_change_of_the_account(before, after):
    live = engine(account(own=OPEN))
    checker = made(live)
    for data in before:
        assert_ways_agree(live, checker, data)
    live.publish({"12345678": account(own=WITH_CONDITION, role=OPEN)}, (), 2)
    for data in (*before, *after):
        assert_ways_agree(live, checker, data)


def memo_of(memos, of, principal=ALICE, action="im:AddUser", resource=APP_1):
    data = check_request(principal, action, resource).SerializeToString()
    return memos.find(data, find_resource(data), of.live)


def test_a_memo_serves_until_its_account_is_replaced():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    first = memo_of(memos, live)
    live.publish({"9": account(uin="9")}, (), 2)
    assert memo_of(memos, live) is first
    live.publish({"12345678": account()}, (), 3)
    assert memo_of(memos, live) is not first


def test_resources_of_one_place_and_length_share_a_memo():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    assert memo_of(memos, live) is memo_of(memos, live, resource=APP_2)
    for other in (f"{APP_1}0", "qcs::im:::sdkappid/1400000001", "*"):
        assert memo_of(memos, live) is not memo_of(memos, live, resource=other)


def test_what_one_statement_allows_shares_an_answer_and_denials_name_their_resource():
    live = engine(account(own=[policy("p", allow("im:*", [APP_1, APP_2]))]))
    memo = memo_of(PrefixMemos(), live)
    assert memo.answer(b"sdkappid/1400000001") is memo.answer(b"sdkappid/1400000002")
    assert [name in memo.answer(name).answer for name in (b"sdkappid/1500000001", b"sdkappid/1500000002")] == [True] * 2


def test_what_is_asked_about_no_resource_shares_a_denial():
    # cam-language 6: an operation-level API is denied on `*`
    live = engine(account(own=OPEN))
    memo = memo_of(PrefixMemos(), live, action="sms:SendSms")
    assert memo.answer(b"sdkappid/1") is memo.answer(b"sdkappid/2")
    assert b"resource (*)" in memo.answer(b"sdkappid/1").answer


def test_where_more_than_statements_decides_a_memo_answers_nothing():
    live, memos = engine(account(own=WITH_CONDITION)), PrefixMemos()
    assert memo_of(memos, live, action="im:RemoveUser").is_context_free
    for action in ("im:AddUser", "sts:AssumeRole"):
        memo = memo_of(memos, live, ALICE, action)
        assert (memo.is_context_free, memo.answer(TAIL)) == (False, None)


@pytest.mark.parametrize(
    ("principal", "resource", "reason"),
    [
        (ROOT, APP_1, Reason.ROOT_ACCOUNT),
        ("qcs::cam::uin/12345678:uin/9", APP_1, Reason.UNKNOWN_PRINCIPAL),
        (ALICE, "qcs::im::uin/87654321:sdkappid/1400000001", Reason.CROSS_ACCOUNT),
    ],
)
def test_what_is_settled_whatever_the_statements_say_has_a_memo_too(principal, resource, reason):
    memo = memo_of(PrefixMemos(), engine(account(own=WITH_CONDITION)), principal, resource=resource)
    assert (memo.is_context_free, memo.answer(TAIL).kind) == (True, reason)


def test_a_question_of_a_memo_that_was_met_is_known_by_sight():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    other = check_request(ALICE, "im:AddUser", APP_2).SerializeToString()
    assert memos.answer(other) is None
    memo_of(memos, live)
    assert memos.answer(other) is not None


@pytest.mark.parametrize("behind", [b"0", b" ", b"\x22\x00", QUESTION])
def test_what_goes_on_behind_the_resource_is_not(behind):
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    memo_of(memos, live)
    assert memos.answer(QUESTION) is not None
    assert memos.answer(QUESTION + behind) is None
    assert memos.answer(QUESTION[:-1]) is None


def test_nor_is_a_question_about_a_replaced_account():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    memo_of(memos, live)
    live.publish({"12345678": account()}, (), 2)
    assert memos.answer(QUESTION) is None


@pytest.mark.parametrize("tail", [b" sdkappid/1", b"sdkappid/1\n", b"\xff", b" "])
def test_a_tail_that_is_not_plain_is_left_to_whoever_reads_it_all(tail):
    live = engine(account(own=OPEN))
    memo = memo_of(PrefixMemos(), live)
    assert memo.answer(b"a") is not None
    assert memo.answer(tail) is None


@pytest.mark.parametrize("resource", ["qcs::im::uin/12345678:", "no resource", "qcs::im:x", "qcs::cos:gz::b/a:c"])
def test_what_is_not_a_head_and_a_tail_has_no_memo(resource):
    assert memo_of(PrefixMemos(), engine(account(own=OPEN)), resource=resource) is None


def test_strangers_have_no_memo():
    assert memo_of(PrefixMemos(), engine(), ALICE) is None


def test_a_memo_does_not_keep_what_a_replaced_account_held():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    memo = memo_of(memos, live)
    assert memo.answer(TAIL) is not None
    request = read_question(QUESTION, NOW).request
    plan = weakref.ref(live.live.states["12345678"].find(request.principal).for_action(request.action))
    live.publish({"12345678": account()}, (), 2)
    gc.collect()
    assert plan() is None
    assert memo.answer(TAIL) is None


def test_the_oldest_memos_make_room():
    live = engine(account(own=OPEN))
    one = PrefixMemos()
    memo_of(one, live, action="im:A0")
    memos = PrefixMemos(2 * one.held)
    first, second, third = (memo_of(memos, live, action=f"im:A{number}") for number in range(3))
    assert memo_of(memos, live, action="im:A2") is third
    assert memo_of(memos, live, action="im:A1") is second
    assert memo_of(memos, live, action="im:A0") is not first
    assert memos.held == 2 * one.held


def test_a_memo_whose_plan_was_forgotten_is_settled_anew():
    live, memos = engine(account(own=OPEN)), PrefixMemos()
    memo = memo_of(memos, live)
    held = memos.held
    live.live.states["12345678"].forget("user/100001")
    assert (memos.answer(QUESTION), memo.is_live) == (None, False)
    assert memo_of(memos, live).answer(TAIL).kind == 2
    assert memos.held == held


def test_a_memo_takes_no_more_memory_than_is_counted():
    statements = [allow("im:*", f"{APP_1}{number}") for number in range(8)]
    live = engine(account(own=[policy("p", *statements)]))
    asked = [
        check_request(ALICE, f"im:{'N' * 90}{number}", APP_1).SerializeToString().removesuffix(b"1")
        for number in range(2000)
    ]
    memos = PrefixMemos(10**9)
    for warm in (False, True):  # what decides is not the memos' memory
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for question in asked:
                data = question + b"1"
                for number in range(8):
                    memo = memos.find(data, find_resource(data), live.live)
                    memo.answer(TAIL + b"%d" % number)
            taken = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        if not warm:
            memos = PrefixMemos(10**9)
    assert 0.2 * memos.held < taken <= memos.held
