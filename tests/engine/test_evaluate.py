"""How a decision is made: cam-language 5 and the running example of the requirements."""

from itertools import product

import pytest

from authz.engine.decision import Reason
from tests.builders import (
    ALICE,
    APP_0,
    APP_1,
    APP_2,
    CI,
    ROOT,
    account,
    allow,
    ask,
    deny,
    policy,
    sms_app,
)

HIT, MISS = "im:RemoveUser", "im:ModifyAppInfo"
QUESTION = (HIT, APP_1)


def named(name, *statements):
    return [policy(name, *statements)] if statements else []


def test_a_user_without_policy_is_denied():
    # cam-language 5.1: start: deny; requirements 2, 34
    found = ask(account(), *QUESTION)
    assert (found.allowed, found.reason, found.statement) == (False, Reason.NO_MATCHING_ALLOW, None)


@pytest.mark.parametrize("principal", [ROOT, "qcs::cam::uin/12345678:uin/12345678"])
def test_the_root_account_may_do_everything_with_its_own(principal):
    # cam-language 5.1: no policy is needed; requirements 1
    for action, resource in [QUESTION, ("sms:SendSms", "*"), ("nosuch:Action", "qcs::nosuch:::x")]:
        assert ask(account(), action, resource, principal).reason is Reason.ROOT_ACCOUNT


@pytest.mark.parametrize("principal", [ROOT, ALICE, CI])
def test_nobody_reaches_the_resources_of_another_root(principal):
    # cam-language 5.3: cross-account; requirements 12
    everything = named("p", allow("*"))
    of = account(own=everything, role=everything)
    found = ask(of, "im:RemoveUser", "qcs::im::uin/87654321:sdkappid/1", principal)
    assert (found.allowed, found.reason) == (False, Reason.CROSS_ACCOUNT)


def test_a_resource_may_name_the_own_account_by_its_appid():
    of = account(own=named("p", allow("*")), app_id="9")
    assert ask(of, "cos:Put", "qcs::cos::uid/9:b/a").allowed
    assert ask(of, "cos:Put", "qcs::cos::uid/8:b/a").reason is Reason.CROSS_ACCOUNT


@pytest.mark.parametrize(
    "principal",
    [
        "qcs::cam::uin/87654321:root",
        "qcs::cam::uin/87654321:uin/100001",
        "qcs::cam::uin/12345678:uin/100002",
        "qcs::cam::uin/12345678:roleName/nosuch",
    ],
)
def test_a_stranger_is_unknown_even_where_the_resource_is_somebody_elses(principal):
    everything = named("p", allow("*"))
    of = account(own=everything, group=everything, role=everything)
    for resource in (APP_1, "*", "qcs::im::uin/99:sdkappid/1"):
        found = ask(of, "im:RemoveUser", resource, principal)
        assert (found.allowed, found.reason) == (False, Reason.UNKNOWN_PRINCIPAL)


def test_a_policy_of_the_user_or_of_one_of_its_groups_suffices():
    # cam-language 5.1: groups: union with direct policies; requirements 35
    grants = named("p", allow(HIT))
    assert ask(account(own=grants), *QUESTION).statement.attached_to == "user/100001"
    assert ask(account(group=grants), *QUESTION).statement.attached_to == "group/team"


def test_a_deny_in_a_group_wins_over_an_own_allow():
    # cam-language 5.1: deny anywhere wins
    found = ask(account(own=named("own", allow("*")), group=named("group", deny(HIT))), *QUESTION)
    assert (found.allowed, found.reason) == (False, Reason.EXPLICIT_DENY)
    assert (found.statement.policy, found.statement.attached_to) == ("group", "group/team")


def test_an_own_deny_wins_over_an_allow_in_a_group():
    found = ask(account(own=named("own", deny(HIT)), group=named("group", allow("*"))), *QUESTION)
    assert found.reason is Reason.EXPLICIT_DENY


def test_the_policies_of_users_do_not_reach_a_role_session():
    # cam-language 5.1: only the role's policies apply
    of = account(own=named("own", allow("*")), group=named("group", allow("*")), role=named("role", allow("sms:*")))
    assert ask(of, *QUESTION, CI).reason is Reason.NO_MATCHING_ALLOW
    assert ask(of, "sms:SendSms", "*", CI).allowed


def test_a_statement_matches_only_when_action_and_resource_of_the_same_statement_do():
    # cam-language 4
    of = account(own=named("p", allow(HIT, APP_0), allow(MISS, APP_1)))
    assert [ask(of, action, app).allowed for action, app in product((HIT, MISS), (APP_0, APP_1))] == [
        True, False, False, True,
    ]  # fmt: skip


def test_any_action_and_any_resource_of_a_statement_match():
    # cam-language 4: some action pattern and some resource pattern
    of = account(own=named("p", allow([MISS, HIT], [APP_0, APP_1])))
    assert all(ask(of, action, app).allowed for action, app in product((HIT, MISS), (APP_0, APP_1)))
    assert not ask(of, "im:DescribeIMAppList", APP_0).allowed


# Every combination of deny, allow and boundary ----------------------------------------------------------------------

_EFFECTS = {
    "none": [],
    "allow that matches": [allow(HIT)],
    "allow that does not": [allow(MISS)],
    "deny that matches": [deny(HIT)],
    "deny that does not": [deny(MISS)],
}
_BOUNDARIES = {
    "none": None,
    "matches": [allow(HIT)],
    "does not match": [allow(MISS)],
    "denies": [allow(HIT), deny(HIT)],
    "denies something else": [allow(HIT), deny(MISS)],
}


def combined(first, second, boundary):
    """The rule in one place (cam-language 5.1, 5.3): deny anywhere, else allow within the boundary, else denied."""
    if "deny that matches" in (first, second) or boundary == "denies":
        return Reason.EXPLICIT_DENY
    if "allow that matches" not in (first, second):
        return Reason.NO_MATCHING_ALLOW
    return Reason.OUTSIDE_BOUNDARY if boundary == "does not match" else Reason.ALLOWED


@pytest.mark.parametrize("boundary", _BOUNDARIES)
@pytest.mark.parametrize("second", _EFFECTS)
@pytest.mark.parametrize("first", _EFFECTS)
def test_the_combining_rule_holds_for_every_combination(first, second, boundary):
    bound = _BOUNDARIES[boundary] and policy("boundary", *_BOUNDARIES[boundary])
    one, two = named("one", *_EFFECTS[first]), named("two", *_EFFECTS[second])
    expected = combined(first, second, boundary)
    for of, principal in (
        (account(own=one, group=two, boundary=bound), ALICE),
        (account(own=[*one, *two], boundary=bound), ALICE),
        (account(role=[*one, *two], boundary=bound), CI),
    ):
        found = ask(of, *QUESTION, principal)
        assert (found.reason, found.allowed) == (expected, expected is Reason.ALLOWED)


def test_a_boundary_allows_nothing_by_itself():
    # cam-language 5.3: boundary never grants
    assert ask(account(boundary=policy("b", allow("*"))), *QUESTION).reason is Reason.NO_MATCHING_ALLOW


def test_a_boundary_without_sms_keeps_sms_out_despite_a_full_grant():
    # requirements 40
    of = account(own=named("p", allow("name/sms:*")), boundary=policy("b", allow("im:*")))
    assert ask(of, "sms:SendSms").reason is Reason.OUTSIDE_BOUNDARY


def test_a_boundary_that_allows_under_a_condition_only_allows_nothing():
    condition = {"string_equal": {"dept": "ops"}}
    of = account(own=named("p", allow("*")), boundary=policy("b", allow("*", condition=condition)))
    assert ask(of, *QUESTION).reason is Reason.OUTSIDE_BOUNDARY


def test_a_boundary_does_not_bind_the_root_account():
    assert ask(account(boundary=policy("b", deny("*"))), *QUESTION, ROOT).allowed


# The running example ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        # requirements 23
        ("qcs::im::uin/12345678:sdkappid/*", [True, True, True]),
        (APP_1, [False, True, False]),
        ([APP_1, APP_2], [False, True, True]),
        # requirements 24
        ("qcs::im:::sdkappid/1400000001", [False, True, False]),
    ],
)
def test_a_grant_reaches_just_the_applications_it_names(resources, expected):
    of = account(own=named("p", allow("name/im:*", resources)))
    assert [ask(of, MISS, app).allowed for app in (APP_0, APP_1, APP_2)] == expected


def test_a_deny_takes_one_action_on_one_application_out_of_a_grant():
    # requirements 36
    of = account(own=named("p", allow("name/im:*", [APP_1, APP_2]), deny("name/im:RemoveUser", APP_1)))
    decisions = {(action, app): ask(of, action, app).reason for action in (HIT, MISS) for app in (APP_0, APP_1, APP_2)}
    assert decisions == {
        (HIT, APP_0): Reason.NO_MATCHING_ALLOW,
        (HIT, APP_1): Reason.EXPLICIT_DENY,
        (HIT, APP_2): Reason.ALLOWED,
        (MISS, APP_0): Reason.NO_MATCHING_ALLOW,
        (MISS, APP_1): Reason.ALLOWED,
        (MISS, APP_2): Reason.ALLOWED,
    }


def test_the_published_sms_policy_denies_what_its_authors_meant():
    # requirements 31; cam-language 9.15
    of = account(
        own=named(
            "p",
            allow("name/SMS:*", "qcs::SMS::uin/12345678:app/*"),
            deny("name/SMS: DeleteAppInfo ", "qcs::SMS::uin/12345678:app/1400000001"),
        )
    )
    assert ask(of, "sms:DeleteAppInfo", sms_app(1400000001)).reason is Reason.EXPLICIT_DENY
    assert ask(of, "sms:DeleteAppInfo", sms_app(1400000002)).allowed


def test_operations_staff_read_statistics_and_may_not_change_limits():
    # requirements 98
    of = account(
        own=named(
            "p", allow("name/sms:Describe*"), deny(["name/sms:ModifyWarningThreshold", "name/sms:ModifyFreqRule"])
        )
    )
    assert ask(of, "sms:DescribeWarningThreshold", sms_app(1)).allowed
    assert ask(of, "sms:ModifyWarningThreshold", sms_app(1)).reason is Reason.EXPLICIT_DENY
    assert ask(of, "sms:ModifyFreqRule", sms_app(1)).reason is Reason.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("tail", "denied"),
    [("user/100001/x", {ALICE, CI}), ("user/7/x", {CI}), ("user/7", set()), ("sdkappid/1400000000", set())],
)
def test_a_role_has_no_uin_and_a_deny_on_one_leaves_it_all_else(tail, denied):
    """cam-language 3: a variable without a value may stand for any text, and for no more than that."""
    own = [policy("all", allow("im:*")), policy("others", deny("im:*", "qcs::im::uin/12345678:user/${uin}/*"))]
    of, resource = account(own=own, role=own), f"qcs::im::uin/12345678:{tail}"
    assert {each for each in (ALICE, CI) if not ask(of, HIT, resource, each).allowed} == denied
