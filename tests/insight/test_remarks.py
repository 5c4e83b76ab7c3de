"""What is doubtful about a question: the caller, the action, the resource, each named once in a sentence."""

import pytest

from authz.accounts.model import Account, Role, User
from authz.catalog.catalog import load_catalog
from authz.engine.request import parse_request
from authz.insight.remarks import question_remarks, remarks
from authz.language.action import parse_action
from authz.language.document import PolicyDocument
from authz.language.resource import parse_resource
from tests.builders import ALICE, APP_1, CI, ROOT, account, engine, sms_app


def remarks_of(action="im:RemoveUser", resource=APP_1, principal=ALICE, accounts=()):
    return remarks(engine(*(accounts or [account()])).live, parse_request(principal, action, resource, {}))


def of_question(action, resource="*"):
    return question_remarks(parse_action(action), parse_resource(resource))


# The caller ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", [ALICE, CI, ROOT])
def test_a_valid_question_has_no_remarks(principal):
    assert remarks_of(principal=principal) == ()


@pytest.mark.parametrize(
    ("principal", "remark"),
    [
        ("qcs::cam::uin/87654321:uin/100001", "account 87654321 does not exist"),
        ("qcs::cam::uin/87654321:root", "account 87654321 does not exist"),
        ("qcs::cam::uin/12345678:uin/999", "account 12345678 has no user `999`"),
        ("qcs::cam::uin/12345678:uin/100002", "account 12345678 has no user `100002`; did you mean `100001` (alice)?"),
        ("qcs::cam::uin/12345678:uin/10001", "account 12345678 has no user `10001`; did you mean `100001` (alice)?"),
        ("qcs::cam::uin/12345678:uin/100990", "account 12345678 has no user `100990`"),
        ("qcs::cam::uin/12345678:roleName/ops", "account 12345678 has no role `ops`"),
        ("qcs::cam::uin/12345678:roleName/CI", "account 12345678 has no role `CI`; did you mean `ci`?"),
    ],
)
def test_which_part_of_the_caller_is_unknown(principal, remark):
    assert remarks_of(principal=principal) == (remark,)


def test_no_name_of_another_account_is_revealed():
    other = Account("12345679", "", {"100002": User("100002", "bob", ())}, {}, {}, {})
    strangers = ["qcs::cam::uin/12345670:uin/100002", "qcs::cam::uin/12345679:uin/100001"]
    said = [remarks_of(principal=principal, accounts=[account(), other]) for principal in strangers]
    assert said == [
        ("account 12345670 does not exist",),
        ("account 12345679 has no user `100001`; did you mean `100002` (bob)?",),
    ]


class NoTour(dict):
    """A mapping that must not be gone through."""

    def __iter__(self):
        raise AssertionError("all names were gone through")

    def items(self):
        raise AssertionError("all names were gone through")

    values = items


def test_very_many_users_and_roles_are_not_gone_through():
    users = NoTour({str(uin): User(str(uin), "", ()) for uin in range(100_000, 200_000)})
    roles = NoTour({f"role-{at}": Role(f"role-{at}", (), PolicyDocument(())) for at in range(50_000)})
    large = Account("12345678", "", users, {}, roles, {})
    assert remarks_of(principal="qcs::cam::uin/12345678:uin/1999999", accounts=[large])[0].startswith("account")
    [remark] = remarks_of(principal="qcs::cam::uin/12345678:roleName/role-4711x", accounts=[large])
    assert "did you mean `role-4711" in remark


# The action ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "end"),
    [
        (
            "sms:SendSmss",
            "the action `sms:SendSmss` does not exist in the catalog of `sms`; did you mean `sms:SendSms`?",
        ),
        ("sms:SendSm", "did you mean `sms:SendSms`?"),
        ("im:RemoveUsers", "did you mean `im:RemoveUser`?"),
        ("im:SendSms", "it belongs to `sms`: write `sms:SendSms`"),
        ("im:GrantWishes", "check its spelling in the API reference"),
        ("cam:GrantWishes", "check its spelling in the API reference"),
        ("smss:SendSms", "the service `smss` is unknown; did you mean `sms`?"),
        ("consolesms:SMS_GetAPPList", "is a legacy name; CAM checks `sms:DescribeAppList`"),
        ("consolesms:SMS_QueryBill", "which CAM no longer checks"),
    ],
)
def test_an_action_that_does_not_exist_is_answered_with_the_intended_one(action, end):
    [remark] = of_question(action)
    assert remark.endswith(end)


@pytest.mark.parametrize("action", ["sms:sendsms", "cvm:RunInstances", "nextyear:Launch", "captcha:SendSms"])
def test_an_action_that_exists_or_may_exist_is_not_reported(action):
    assert of_question(action) == ()


def test_no_current_action_of_the_catalog_is_doubtful():
    current = [each for each in load_catalog().actions() if each.status in ("current", "example-only")]
    assert [str(each) for each in current if of_question(str(each))] == []


# The resource -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "resource", "words"),
    [
        ("sms:DescribeAppInfo", APP_1, "is not a resource of `sms`, which `sms:DescribeAppInfo` requires"),
        ("sms:SendSms", APP_1, "is not a resource of `sms`, which `sms:SendSms` requires"),
        ("cam:GetUser", sms_app(1), "is not a resource of `cam`"),
        ("sts:AssumeRole", APP_1, "is not a resource of `cam or sts`"),
        ("sms:DescribeAppInfo", "qcs::sms::uin/12345678:sdkappid/1", "resources of `sms` are named `app/<id>`"),
        ("sms:DescribeAppInfo", "qcs::sms:gz:uin/12345678:app/1", "resources of `sms` have no region"),
        ("im:RemoveUser", f"{APP_1}/group/x", "named by its number alone"),
    ],
)
def test_a_resource_that_cam_never_asks_about_for_the_action_is_reported(action, resource, words):
    [remark] = of_question(action, resource)
    assert words in remark


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sms:DescribeAppInfo", "*"),
        ("sms:DescribeAppInfo", "qcs::sms::uin/12345678:app/*"),
        ("sms:SendSms", sms_app(1400000001)),
        ("sts:AssumeRole", "qcs::cam::uin/12345678:roleName/ci"),
        ("cvm:RunInstances", "qcs::vpc:gz:uin/12345678:vpc/vpc-1"),
        ("im:RemoveUser", "qcs:id/0:im::uin/12345678:sdkappid/1400000001"),
    ],
)
def test_a_resource_that_cam_asks_about_is_not_reported(action, resource):
    assert of_question(action, resource) == ()


def test_a_remark_repeats_little_of_what_the_caller_wrote():
    [remark] = of_question("im:RemoveUser", f"qcs::im::uin/12345678:sdkappid/{'x' * 4000}")
    assert len(remark) < 400
    [remark] = of_question(f"sms:{'x' * 2000}")
    assert len(remark) < 400
