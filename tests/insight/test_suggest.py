"""Every suggestion, applied as a program would apply it, reverses the decision."""

import json
import random
from dataclasses import replace

import pytest

from authz.accounts.model import Policy
from authz.engine.request import parse_request
from authz.errors import Severity
from authz.insight.explain import explain
from authz.insight.suggest import changed
from authz.insight.what_if import attach, lift, set_boundary
from authz.language.parse import parse_policy
from authz.lint.account import lint_policy
from tests.builders import ALICE, APP_1, APP_2, CI, account, allow, deny, engine, policy, sms_app

NOON = 1_750_000_000.0
MFA = {"bool_equal": {"qcs:mfa": "true"}}
NO_MFA = {"bool_equal_if_exist": {"qcs:mfa": "false"}}


def asked(action, resource="*", principal=ALICE, context=None):
    return parse_request(principal, action, resource, context or {}, NOON)


def suggestions(of, request):
    return explain(engine(of).live, request).suggestions


def applied(of, request, suggestion):
    """The account and the request after everything that a suggestion says was done."""
    of = lift(of, request.principal, suggestion.lift)
    for addition in suggestion.additions:
        put = set_boundary if addition.attach_to.startswith("boundary/") else attach
        of = put(of, request.principal, Policy("added", parse_policy(addition.document)))
    return of, replace(request, context=changed(request.context, suggestion.context))


def test_without_any_policy_a_complete_document_is_offered():
    [suggestion] = suggestions(account(), asked("im:RemoveUser", APP_1))
    [addition] = suggestion.additions
    assert addition.attach_to == "user/100001"
    assert json.loads(addition.document)["statement"] == [
        {"effect": "allow", "action": ["name/im:RemoveUser"], "resource": [APP_1]}
    ]


def test_a_deny_in_the_way_is_named_for_lifting():
    of = account(own=[policy("p", allow("im:*")), policy("q", deny("im:RemoveUser", APP_1))])
    [suggestion] = suggestions(of, asked("im:RemoveUser", APP_1))
    assert [(ref.policy, ref.index) for ref in suggestion.lift] == [("q", 0)]
    assert suggestion.additions == ()


def test_an_operation_level_action_is_offered_on_everything_and_names_the_grant_that_does_not_cover_it():
    of = account(own=[policy("p", allow("sms:*", "qcs::sms::uin/12345678:app/1"))])
    [suggestion] = suggestions(of, asked("sms:SendSms"))
    assert json.loads(suggestion.additions[0].document)["statement"][0]["resource"] == ["*"]
    assert "operation-level" in suggestion.text


def test_a_change_of_context_is_offered_before_any_change_of_policies():
    of = account(own=[policy("p", allow("im:*", condition=MFA))])
    first, *_ = suggestions(of, asked("im:RemoveUser", APP_1))
    assert [(change.key, change.values) for change in first.context] == [("qcs:mfa", ("true",))]


def test_a_conditional_deny_is_avoided_by_a_value_rather_than_by_omitting_the_key():
    of = account(own=[policy("p", allow("im:*"), deny("im:*", condition=NO_MFA))])
    first, *_ = suggestions(of, asked("im:RemoveUser", APP_1, context={"qcs:mfa": ("false",)}))
    assert [(change.key, change.values) for change in first.context] == [("qcs:mfa", ("true",))]


def test_a_boundary_in_the_way_is_offered_with_one_statement_more():
    of = account(own=[policy("p", allow("im:*"))], boundary=policy("bound", allow("sms:*")))
    [suggestion] = suggestions(of, asked("im:RemoveUser", APP_1))
    [addition] = suggestion.additions
    assert addition.attach_to == "boundary/user/100001"
    assert len(json.loads(addition.document)["statement"]) == 2


def test_an_allow_is_reversed_by_a_deny():
    [suggestion] = suggestions(account(own=[policy("p", allow("im:*"))]), asked("im:RemoveUser", APP_1))
    assert json.loads(suggestion.additions[0].document)["statement"][0]["effect"] == "deny"


@pytest.mark.parametrize("resource", ["qcs::im::uin/87654321:sdkappid/1", "qcs::im::uin/12345678:sdkappid/${nobody}"])
def test_nothing_is_offered_that_a_policy_cannot_express(resource):
    assert suggestions(account(), asked("im:RemoveUser", resource)) == ()


CONDITIONS = [
    None,
    MFA,
    NO_MFA,
    {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "192.168.1.7"]}},
    {"ip_not_equal": {"qcs:ip": "10.0.0.0/8"}},
    {"numeric_less_than": {"size": 3}, "string_like": {"name": "a*b"}},
    {"for_any_value:string_equal": {"qcs:resource_tag": ["dept&ops", "dept&dev"]}},
    {"for_all_value:string_equal_if_exist": {"qcs:request_tag": ["dept&ops"]}},
    {"string_not_equal_if_exist": {"zone": ["a", "b"]}},
    {"null_equal": {"qcs:resource_tag/dept": "false"}},
    {"date_less_than": {"qcs:current_time": "2025-01-01T00:00:00Z"}},
    {"string_equal": {"qcs:uin": "999"}},
]
QUESTIONS = [
    ("im:RemoveUser", "*"),
    ("im:RemoveUser", APP_1),
    ("im:ModifyAppInfo", "*"),
    ("im:ModifyAppInfo", APP_1),
    ("sms:SendSms", "*"),
    ("sms:SendSms", sms_app(1400000001)),
]
CONTEXTS = [
    {},
    {"qcs:ip": ("10.1.1.1",)},
    {"zone": ("a",), "qcs:mfa": ("false",)},
    {"qcs:tag": ("dept&hr",), "size": ("9",)},
]


def random_statement(choose):
    effect = choose([allow, allow, deny])
    more = {} if (condition := choose(CONDITIONS)) is None else {"condition": condition}
    return effect(choose(["*", "im:*", "im:RemoveUser", "sms:SendSms"]), choose(["*", APP_1, APP_2]), **more)


def random_policies(choose, name):
    return [
        policy(f"{name}{at}", *(random_statement(choose) for _ in range(choose([1, 2]))))
        for at in range(choose([0, 1, 2]))
    ]


@pytest.mark.parametrize("seed", range(40))
def test_each_suggestion_reverses_the_decision_once_applied(seed):
    choose = random.Random(seed).choice
    turned = 0
    for _ in range(25):
        boundary = policy("bound", random_statement(choose)) if choose([True, False]) else None
        of = account(
            own=random_policies(choose, "own"),
            group=random_policies(choose, "group"),
            role=random_policies(choose, "role"),
            boundary=boundary,
        )
        request = asked(*choose(QUESTIONS), choose([ALICE, CI]), choose(CONTEXTS))
        before = engine(of).decide(request).allowed
        for suggestion in suggestions(of, request):
            after, changed_request = applied(of, request, suggestion)
            assert engine(after).decide(changed_request).allowed is not before, suggestion
            turned += 1
    assert turned > 20


@pytest.mark.parametrize("seed", range(10))
def test_no_suggested_document_is_one_that_the_lint_warns_of(seed):
    choose = random.Random(seed).choice
    for _ in range(25):
        of = account(own=random_policies(choose, "own"), boundary=choose([None, policy("bound", allow("im:*"))]))
        request = asked(*choose([*QUESTIONS, *UNASKED]), ALICE, choose(CONTEXTS))
        for suggestion in suggestions(of, request):
            for addition in suggestion.additions:
                if not addition.is_boundary:  # which holds statements of the account besides
                    assert not [each for each in lint_policy(addition.document) if each.severity is not Severity.NOTE]


UNASKED = [
    ("sms:SendSmss", "*"),
    ("smss:SendSms", "*"),
    ("sms:DescribeAppInfo", APP_1),
    ("im:RemoveUser", "qcs::im:ap-guangzhou:uin/12345678:sdkappid/1400000001"),
    ("im:RemoveUser", "qcs::im::uin/12345678:sdkappid/1400000001/group/x"),
    ("consolesms:SMS_GetAPPList", "*"),
]
"""Questions that CAM is never asked."""


@pytest.mark.parametrize("question", UNASKED)
@pytest.mark.parametrize("held", [[], [allow("*")]])
def test_no_change_of_policies_is_suggested_for_what_cam_is_never_asked(question, held):
    of = account(own=[policy("p", *held)] if held else [])
    explanation = explain(engine(of).live, asked(*question))
    assert explanation.suggestions == ()
    assert len(explanation.remarks) == 1
