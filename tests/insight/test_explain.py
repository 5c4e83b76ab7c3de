"""Explain shows every statement that was considered, part by part, and decides nothing of its own."""

from dataclasses import replace

import pytest

from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.insight.explain import explain
from authz.language.document import Effect, PolicyKind
from authz.language.parse import parse_policy
from tests.builders import ALICE, APP_1, APP_2, CI, ROOT, ROOT_UIN, account, allow, deny, document, engine, policy

NOON = 1_750_000_000.0


def explained(of, action, resource="*", principal=ALICE, **context):
    keys = {key.replace("__", ":"): tuple(values) for key, values in context.items()}
    return explain(engine(of).live, parse_request(principal, action, resource, keys, NOON))


def test_every_statement_is_reported_in_the_order_of_attachment():
    of = account(
        own=[policy("first", allow("im:*", APP_1), deny("im:RemoveUser", APP_1))],
        group=[policy("team", allow("sms:*"))],
    )
    traces = explained(of, "im:RemoveUser", APP_1).statements
    assert [(trace.statement.policy, trace.statement.index, trace.statement.attached_to) for trace in traces] == [
        ("first", 0, "user/100001"),
        ("first", 1, "user/100001"),
        ("team", 0, "group/team"),
    ]
    assert [trace.applied for trace in traces] == [True, True, False]


def test_a_statement_shows_which_of_its_parts_failed():
    of = account(own=[policy("p", allow("im:*", APP_2), allow("sms:*", APP_1))])
    wrong_resource, wrong_action = explained(of, "im:AddUser", APP_1).statements
    assert (wrong_resource.action_matched, wrong_resource.resource_matched) == (True, False)
    assert (wrong_action.action_matched, wrong_action.resource_matched) == (False, True)


def test_conditions_are_reported_one_by_one_with_expected_and_actual_values():
    condition = {"string_equal": {"dept": ["ops", "dev"]}, "ip_equal": {"qcs:ip": "10.0.0.0/8"}}
    of = account(own=[policy("p", allow("im:*", condition=condition))])
    [trace] = explained(of, "im:AddUser", APP_1, dept=["hr"], qcs__ip=["10.1.2.3"]).statements
    assert not trace.condition_matched
    department, address = trace.conditions
    assert (department.operator, department.key, department.matched) == ("string_equal", "dept", False)
    assert (department.expected, department.actual) == (("ops", "dev"), ("hr",))
    assert (address.matched, address.actual) == (True, ("10.1.2.3",))


def test_the_time_that_was_compared_is_the_servers_when_the_caller_gives_none():
    of = account(
        own=[policy("p", allow("im:*", condition={"date_less_than": {"qcs:current_time": "2020-01-01T00:00:00Z"}}))]
    )
    [trace] = explained(of, "im:AddUser", APP_1).statements
    assert trace.conditions[0].actual == ("2025-06-15T15:06:40Z",)


def test_an_operation_level_action_is_explained_on_no_resource():
    of = account(own=[policy("p", allow("sms:*", "qcs::sms::uin/12345678:app/1"))])
    [trace] = explained(of, "sms:SendSms", "qcs::sms::uin/12345678:app/1").statements
    assert (trace.action_matched, trace.resource_matched) == (True, False)


def test_the_boundary_is_among_the_statements():
    of = account(own=[policy("p", allow("im:*"))], boundary=policy("bound", allow("sms:*")))
    explanation = explained(of, "im:AddUser", APP_1)
    assert explanation.decision.reason is Reason.OUTSIDE_BOUNDARY
    assert [trace.statement.attached_to for trace in explanation.statements] == ["user/100001", "boundary/user/100001"]


@pytest.mark.parametrize("principal", [ROOT, "qcs::cam::uin/12345678:uin/404", "qcs::cam::uin/87654321:uin/1"])
def test_without_statements_only_the_decision_is_given(principal):
    explanation = explained(account(own=[policy("p", allow("im:*"))]), "im:AddUser", APP_1, principal)
    assert (explanation.statements, explanation.suggestions) == ((), ())


ASSUME = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": ["*"]}}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"qcs::cam::uin/{ROOT_UIN}:roleName/ci", ["trust/role/ci"]),
        (f"qcs::cam::uin/{ROOT_UIN}:roleName/cd", []),
        (f"qcs::cam::uin/{ROOT_UIN}:ci", []),
        (f"qcs::im::uin/{ROOT_UIN}:roleName/ci", []),
    ],
)
def test_the_trust_policy_of_the_role_that_is_to_be_assumed_is_reported_and_no_other(resource, expected):
    trust = parse_policy(document(ASSUME), PolicyKind.TRUST)
    of = account()
    of = replace(of, roles={"ci": replace(of.roles["ci"], trust=trust)})
    traces = explained(of, "sts:AssumeRole", resource).statements
    assert [trace.statement.attached_to for trace in traces] == expected


def test_a_role_session_is_explained_by_the_roles_policies():
    of = account(own=[policy("p", allow("im:*"))], role=[policy("r", deny("im:AddUser"))])
    [trace] = explained(of, "im:AddUser", APP_1, CI).statements
    assert (trace.effect, trace.statement.attached_to, trace.applied) == (Effect.DENY, "role/ci", True)
