"""A shortcut decides as `evaluate` does, whatever the circumstances; there is none where they count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.decision import Reason
from authz.engine.evaluate import evaluate
from authz.engine.facts import NO_FACTS
from authz.engine.request import parse_request
from authz.engine.shortcut import shortcut
from tests import strategies
from tests.builders import ALICE, APP_1, CI, ROOT, account, allow, deny, engine, policy

UNKNOWN = "qcs::cam::uin/12345678:uin/9"
ELSEWHERE = "qcs::im::uin/87654321:sdkappid/1"
OTHERS = st.sampled_from([ELSEWHERE, "qcs::x::uid/9:a", "qcs::cam::uin/12345678:roleName/ci"])
CONDITIONAL = policy("c", allow("im:AddUser", condition={"string_equal": {"dept": "ops"}}))
OPEN = policy("p", allow("im:*", APP_1), deny("im:RemoveUser"))


def found(of, principal, action, resource):
    """The shortcut of a question, and its request."""
    request = parse_request(principal, action, resource, {})
    return shortcut(engine(of).live.resolve(request.principal, request.action), request.resource), request


def reason(of, principal, action, resource):
    short, request = found(of, principal, action, resource)
    return short and short.decide(request.resource.tail, NO_FACTS).reason


@pytest.mark.parametrize(
    ("principal", "action", "resource", "expected"),
    [
        (UNKNOWN, "im:AddUser", APP_1, Reason.UNKNOWN_PRINCIPAL),
        (UNKNOWN, "sts:AssumeRole", ELSEWHERE, Reason.UNKNOWN_PRINCIPAL),
        ("qcs::cam::uin/9:root", "im:AddUser", APP_1, Reason.UNKNOWN_PRINCIPAL),
        (ROOT, "im:AddUser", APP_1, Reason.ROOT_ACCOUNT),
        (ROOT, "im:AddUser", ELSEWHERE, Reason.CROSS_ACCOUNT),
        (ALICE, "im:AddUser", ELSEWHERE, Reason.CROSS_ACCOUNT),
        (ALICE, "im:GetUser", APP_1, Reason.ALLOWED),
        (ALICE, "im:RemoveUser", APP_1, Reason.EXPLICIT_DENY),
        (ALICE, "sms:SendSms", APP_1, Reason.NO_MATCHING_ALLOW),
        (CI, "im:GetUser", APP_1, Reason.NO_MATCHING_ALLOW),
    ],
)
def test_what_no_circumstance_can_change_is_settled(principal, action, resource, expected):
    assert reason(account(own=[OPEN, CONDITIONAL]), principal, action, resource) is expected


@pytest.mark.parametrize("boundary", [None, policy("b", allow("im:AddUser"))])
def test_conditions_leave_open_what_their_action_gets_and_no_other(boundary):
    of = account(own=[OPEN, CONDITIONAL], boundary=boundary)
    assert reason(of, ALICE, "im:AddUser", APP_1) is None
    assert reason(of, ALICE, "im:GetUser", APP_1) is (Reason.OUTSIDE_BOUNDARY if boundary else Reason.ALLOWED)


def test_a_condition_of_the_boundary_counts_too():
    assert reason(account(own=[OPEN], boundary=CONDITIONAL), ALICE, "im:AddUser", APP_1) is None


@pytest.mark.parametrize("principal", [ROOT, ALICE, CI])
def test_whether_a_role_may_be_assumed_is_never_settled_by_the_callers_own_statements(principal):
    assert reason(account(own=[OPEN]), principal, "sts:AssumeRole", "qcs::cam::uin/12345678:roleName/ci") is None


@given(
    strategies.accounts(),
    st.sampled_from([ALICE, CI, ROOT, UNKNOWN]),
    strategies.actions | st.just("sts:AssumeRole"),
    strategies.resources | OTHERS,
    st.text("0123456789a/", min_size=1, max_size=12),
    st.sampled_from([{}, {"dept": ("ops",)}, {"dept": ("hr",), "qcs:ip": ("10.0.0.1",)}]),
)
def test_it_decides_about_every_tail_and_in_every_context(of, principal, action, resource, tail, context):
    short, _ = found(of, principal, action, resource)
    head = resource[: resource.rfind(":") + 1]
    for text in {resource, head + tail} if head else {resource}:
        asked = parse_request(principal, action, text, context, 0.0)
        wanted = evaluate(engine(of).live, asked)
        if short is not None:
            assert short.decide(asked.resource.tail, NO_FACTS) == wanted
