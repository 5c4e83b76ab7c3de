"""AllowedResources bounds what single checks would say."""

import random

import pytest

from authz.engine.request import parse_request
from authz.insight.allowed_resources import AllowedResources, ListMode, ListQuestion, allowed_resources
from authz.pattern import Pattern
from tests.builders import ALICE, APP_0, APP_1, APP_2, CI, ROOT, account, allow, deny, engine, policy

APPS = "qcs::im::uin/12345678:sdkappid/*"
TAGGED = {"for_any_value:string_equal": {"qcs:resource_tag": "dept&ops"}}
NOON = 1_750_000_000.0


def listed(of, action="im:DescribeSdkAppInfo", principal=ALICE, mode=ListMode.STRICT, **context):
    keys = {key.replace("__", ":"): tuple(values) for key, values in context.items()}
    request = parse_request(principal, action, "*", keys, NOON)
    return allowed_resources(engine(of).live, ListQuestion(request.principal, request.action, keys, NOON, mode))


def test_grants_are_listed_as_patterns_of_the_principals_account():
    of = account(own=[policy("p", allow("im:*", [APP_1, "qcs::im:::sdkappid/14*"]))])
    assert listed(of) == AllowedResources(allow=("qcs::im::uin/12345678:sdkappid/14*",))


def test_denies_are_listed_to_be_taken_away():
    of = account(own=[policy("p", allow("im:*", APPS), deny("im:*", APP_1))])
    assert listed(of) == AllowedResources(allow=(APPS,), deny=(APP_1,))


def test_a_grant_that_a_deny_wholly_covers_is_not_listed():
    assert listed(account(own=[policy("p", allow("im:*", APP_1), deny("im:*", APPS))])) == AllowedResources()


def test_root_has_everything_and_unknown_principals_have_nothing():
    of = account()
    assert listed(of, principal=ROOT) == AllowedResources(allow=("*",))
    remarks = ("account 12345678 has no user `404`",)
    assert listed(of, principal="qcs::cam::uin/12345678:uin/404") == AllowedResources(remarks=remarks)


def test_an_action_that_does_not_exist_is_reported_beside_the_allowed_resources():
    [remark] = listed(account(own=[policy("p", allow("im:*"))]), action="im:RemoveUsers").remarks
    assert remark.endswith("did you mean `im:RemoveUser`?")


def test_a_tag_that_the_request_does_not_bring_needs_a_check_of_each_resource():
    of = account(own=[policy("p", allow("im:*", APP_1), allow("im:*", APPS, condition=TAGGED))])
    assert listed(of) == AllowedResources(allow=(APPS,), needs_check=True)
    assert listed(of, qcs__resource_tag=["dept&ops"]) == AllowedResources(allow=(APPS,))
    assert listed(of, qcs__resource_tag=["dept&hr"]) == AllowedResources(allow=(APP_1,))


@pytest.mark.parametrize("key", ["qcs:resource_tag", "qcs:resource_tag/env", "qcs:resource_tag/dept"])
def test_one_tag_in_the_request_leaves_the_other_tags_unknown(key):
    """An item may contain the bare key, which covers every tag (cam-language 2.3)."""
    rule = deny("im:*", condition={"for_any_value:string_like": {key: "*dev"}})
    of = account(own=[policy("p", allow("im:*", APPS), rule)])
    assert listed(of, **{"qcs__resource_tag/env": ["prod"]}) == AllowedResources(allow=(APPS,), needs_check=True)
    assert listed(of, **{"qcs__tag/env": ["prod"]}).needs_check


def test_a_key_that_only_begins_like_a_tag_is_of_the_call():
    rule = deny("im:*", condition={"string_equal": {"qcs:resource_tags": "dev"}})
    of = account(own=[policy("p", allow("im:*", APPS), rule)])
    assert listed(of) == AllowedResources(allow=(APPS,))
    assert listed(of, qcs__resource_tags=["dev"]) == AllowedResources()


def test_a_deny_by_tag_takes_nothing_away_for_certain():
    of = account(own=[policy("p", allow("im:*", APPS), deny("im:*", condition=TAGGED))])
    assert listed(of) == AllowedResources(allow=(APPS,), needs_check=True)


def test_an_operation_level_action_has_everything_or_nothing():
    one = "qcs::sms::uin/12345678:app/1"
    assert listed(account(own=[policy("p", allow("sms:*", one))]), "sms:SendSms") == AllowedResources()
    assert listed(account(own=[policy("p", allow("sms:*"), deny("sms:*", one))]), "sms:SendSms").allow == ("*",)


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        (allow("*"), AllowedResources(allow=(APPS,))),
        (allow("im:*", APP_1), AllowedResources(allow=(APP_1,))),
        (allow("sms:*"), AllowedResources()),
        (allow("im:*", "qcs::im:::sdkappid/*1"), AllowedResources(allow=("qcs::im::uin/12345678:sdkappid/*1",))),
    ],
)
def test_the_boundary_narrows_the_list(boundary, expected):
    assert listed(account(own=[policy("p", allow("im:*", APPS))], boundary=policy("b", boundary))) == expected


@pytest.mark.parametrize(
    ("grant", "bound", "expected"),
    [
        ("qcs::im:::sdkappid/14*", "qcs::im:::sdkappid/*1", ["qcs::im::uin/12345678:sdkappid/14*1"]),
        (
            "qcs::im:::sdkappid/14*",
            "qcs::im:::*41",
            ["qcs::im::uin/12345678:sdkappid/14*41", "qcs::im::uin/12345678:sdkappid/141"],
        ),
        ("qcs:::::sdkappid/14*", "qcs::im:::sdkappid/*", ["qcs::im::uin/12345678:sdkappid/14*"]),
        ("qcs::cvm::*:*", "qcs:::::instance/*", ["qcs::cvm::uin/12345678:instance/*"]),
        ("qcs::im:::sdkappid/14*", "qcs::im:::sdkappid/13*", []),
    ],
)
def test_the_intersection_of_grant_and_boundary_is_listed(grant, bound, expected):
    of = account(own=[policy("p", allow("*", grant))], boundary=policy("b", allow("*", bound)))
    assert listed(of) == AllowedResources(allow=tuple(expected))


def test_patterns_whose_intersection_with_the_boundary_is_not_computed_need_a_check():
    of = account(
        own=[policy("p", allow("im:*", "qcs::im:::sdkappid/1*4*"))],
        boundary=policy("b", allow("im:*", "qcs::im:::sdkappid/*4*1")),
    )
    assert listed(of) == AllowedResources(allow=("qcs::im::uin/12345678:sdkappid/1*4*",), needs_check=True)


@pytest.mark.parametrize("principal", [ALICE, ROOT])
def test_roles_to_assume_need_a_check_of_each_for_their_trust_policies(principal):
    of = account(own=[policy("p", allow("sts:*"))])
    assert listed(of, "sts:AssumeRole", principal) == AllowedResources(allow=("*",), needs_check=True)


def test_in_compat_mode_denies_are_ignored_as_in_cams_list_apis():
    """598/73561: allow `*` and deny by tag lists everything; a grant under an inexact operator lists nothing."""
    of = account(own=[policy("p", allow("im:*", APPS), deny("im:*", APP_1), deny("im:*", condition=TAGGED))])
    assert listed(of, mode=ListMode.CAM_COMPAT) == AllowedResources(allow=(APPS,))
    inexact = {"string_like": {"dept": "op*"}}
    of = account(own=[policy("p", allow("im:*", APPS, condition=inexact))])
    assert listed(of, dept=["ops"]) == AllowedResources(allow=(APPS,))
    assert listed(of, mode=ListMode.CAM_COMPAT, dept=["ops"]) == AllowedResources()


RESOURCES = [
    "*",
    APPS,
    APP_0,
    APP_1,
    APP_2,
    "qcs::im:::sdkappid/14*1",
    "qcs::im:::*000001",
    "qcs::im:ap-guangzhou::sdkappid/*",
    "qcs:::::sdkappid/140*",
]
CONDITIONS = [None, None, TAGGED, {"null_equal": {"qcs:resource_tag/dept": "true"}}, {"string_equal": {"zone": "a"}}]
ASKED = [APP_0, APP_1, APP_2, "qcs::im:ap-guangzhou:uin/12345678:sdkappid/1400000001", "qcs::im:::sdkappid/99"]


def random_statement(choose):
    more = {} if (condition := choose(CONDITIONS)) is None else {"condition": condition}
    return choose([allow, allow, deny])(choose(["*", "im:*"]), choose(RESOURCES), **more)


def is_inside(pattern, resource):
    """Whether a listed pattern covers a resource, compared segment by segment as a backend would."""
    if pattern == "*":
        return True
    _, _, service, region, _, tail = pattern.split(":", 5)
    _, _, own_service, own_region, _, own_tail = resource.split(":", 5)
    pairs = [(service or "*", own_service), (region or "*", own_region), (tail, own_tail)]
    return all(Pattern.of(wanted).matches(actual) for wanted, actual in pairs)


@pytest.mark.parametrize("seed", range(30))
def test_single_checks_stay_within_the_bounds_that_are_listed(seed):
    choose = random.Random(seed).choice
    for _ in range(30):
        boundary = policy("b", *(random_statement(choose) for _ in range(2))) if choose([True, False]) else None
        statements = [random_statement(choose) for _ in range(choose([1, 2, 3]))]
        of = account(own=[policy("p", *statements)], role=[policy("p", *statements)], boundary=boundary)
        principal = choose([ALICE, CI])
        bounds = listed(of, principal=principal, zone=["a"])
        live = engine(of)
        for resource in ASKED:
            for tags in ({}, {"qcs:resource_tag": ("dept&ops",)}, {"qcs:resource_tag": ("dept&hr",)}):
                request = parse_request(principal, "im:DescribeSdkAppInfo", resource, {"zone": ("a",), **tags}, NOON)
                check_within(bounds, resource, live.decide(request).allowed)


def check_within(bounds, resource, allowed):
    in_allow = any(is_inside(pattern, resource) for pattern in bounds.allow)
    in_deny = any(is_inside(pattern, resource) for pattern in bounds.deny)
    if allowed:
        assert in_allow
        assert not in_deny
    elif not bounds.needs_check:
        assert not in_allow or in_deny
