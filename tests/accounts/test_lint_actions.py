import pytest

from authz.accounts.lint_actions import shown_actions
from authz.catalog.catalog import load_catalog
from tests.accounts.linting import ALL_IM, findings, found, message
from tests.builders import APP_1, allow, deny, im_app, sms_app

ACTION = ("warning", "[0].action")


@pytest.mark.parametrize(("service", "near"), [("smss", "sms"), ("imm", "im"), ("consolsms", "consolesms")])
def test_an_unknown_service_is_answered_with_the_nearest_name(service, near):
    assert found("UnknownService", allow(f"{service}:SendSms")) == [ACTION]
    assert f"did you mean `{near}`?" in message("UnknownService", allow(f"{service}:SendSms"))


def test_a_service_like_no_other_is_answered_with_the_known_ones():
    assert "known are cam, cim, im, sms, sts" in message("UnknownService", allow("qqqqqqqq:Send"))


def test_a_service_that_exists_but_is_not_in_the_catalog_is_a_note_once_in_a_statement():
    assert findings(allow("name/im:RemoveUser", APP_1)) == ()
    actions = ["name/cvm:RunInstances", "name/cvm:Describe*", "name/cos:GetObject"]
    assert found("UncheckedService", allow(actions)) == [("note", "[0].action[0]"), ("note", "[0].action[2]")]


def test_an_unknown_action_is_answered_with_the_nearest_name():
    assert found("UnknownAction", allow(["sms:SendSms", "name/sms:SendSmss"])) == [("warning", "[0].action[1]")]
    assert message("UnknownAction", allow("name/sms:SendSmss")).endswith("of `sms`; did you mean `sms:SendSms`?")


def test_an_action_of_another_service_is_answered_with_that_service():
    assert "write `sms:SendSms`" in message("UnknownAction", allow("im:SendSms"))


def test_an_action_of_a_service_that_the_catalog_has_in_part_is_a_note_unless_it_is_like_a_known_one():
    assert found("UnknownAction", allow("cam:PassRole")) == [("note", "[0].action")]
    assert found("UnknownAction", allow("cam:ListUserss")) == [ACTION]
    assert found("UnknownAction", allow("im:PassRole")) == [ACTION]


@pytest.mark.parametrize("action", ["name/sms:SendSms", "SMS:sendsms", "sms:Send*", "*", "*:*", "*:SendSms"])
def test_known_actions_are_not_told_whatever_their_case(action):
    assert found("UnknownAction", allow(action)) == []


@pytest.mark.parametrize("action", ["im:Nonsense*", "sms:*Nonsense", "*:Nonsense"])
def test_a_wildcard_that_matches_nothing_in_the_catalog_is_told(action):
    assert found("UnknownAction", allow(action)) == [ACTION]


def test_a_wildcard_inside_the_service_is_told():
    # cam-language 1.2: wildcard in the service part other than `*` alone: allow, warn
    assert found("ServiceWildcard", allow("i*:RemoveUser")) == [ACTION]
    assert found("ServiceWildcard", allow("*:RemoveUser")) == []


def test_an_opaque_action_set_is_told():
    # cam-language 1.2: permid/NNNN
    assert found("OpaqueAction", allow(["permid/280655", "im:RemoveUser"])) == [("warning", "[0].action[0]")]
    assert found("OpaqueAction", allow(["im:RemoveUser"])) == []


def test_a_legacy_action_is_answered_with_its_successor():
    # 382/38454
    assert message("LegacyAction", allow("consolesms:SMS_GetAPPList")).endswith("write `sms:DescribeAppList`")
    assert found("LegacyAction", allow("sms:DescribeAppList")) == []


def test_a_legacy_action_without_successor_is_to_be_deleted():
    assert "without a documented successor" in message("LegacyAction", allow("consolesms:SmsQcloudCom"))


def test_a_withdrawn_action_is_to_be_deleted():
    assert message("WithdrawnAction", allow("consolesms:SMS_QueryBill")).endswith("delete it")


@pytest.mark.parametrize(("action", "now"), [("consolesms:*", "sms"), ("name/avc:*", "im"), ("consolesms:Foo", "sms")])
def test_a_renamed_service_is_told(action, now):
    assert f"is now `{now}`" in message("LegacyService", allow(action))


# Operation-level APIs (cam-language 6) --------------------------------------------------------------------------------


def test_an_operation_level_action_with_a_concrete_resource_allows_nothing():
    grant = allow(["sms:DescribeAppInfo", "sms:SendSms"], [sms_app(1400000001)])
    assert found("OperationLevel", grant) == [("warning", "[0].action[1]")]
    assert 'this allows nothing; give it a statement with `"resource": "*"`' in message("OperationLevel", grant)
    assert "this denies nothing" in message("OperationLevel", deny("sms:SendSms", sms_app(1)))


def test_an_operation_level_action_on_everything_is_right():
    assert found("OperationLevel", allow("sms:SendSms", "*")) == []
    assert found("OperationLevel", allow("sms:SendSms", [sms_app(1), "*"])) == []


def test_a_resource_level_action_may_have_a_concrete_resource():
    assert findings(allow("sms:DescribeAppInfo", sms_app(1400000001))) == ()


def test_a_wildcard_over_both_levels_is_a_note_that_names_what_is_left_out():
    grant = allow("sms:*", sms_app(1400000001))
    assert found("OperationLevel", grant) == [("note", "[0].action")]
    assert "`sms:SendSms`" in message("OperationLevel", grant)


def test_a_wildcard_over_operation_level_apis_only_is_a_warning():
    assert found("OperationLevel", allow("sms:SendM*", sms_app(1400000001))) == [ACTION]


def test_all_actions_on_one_application_are_told_of_its_service_only():
    text = message("OperationLevel", allow("*", sms_app(1400000001)))
    assert "`sms:SendSms`" in text
    assert "`im:" not in text


def test_operation_level_apis_that_another_statement_allows_are_not_told():
    parts = [allow("im:*", APP_1), allow("im:*", "*")]
    assert found("OperationLevel", *parts) == []
    assert found("OperationLevel", parts[0], deny("im:*", "*")) == [("note", "[0].action")]


# Breadth --------------------------------------------------------------------------------------------------------------


def test_allowing_everything_is_a_note():
    assert found("AllowsEverything", allow(["im:RemoveUser", "*"])) == [("note", "[0].action[1]")]
    assert found("AllowsEverything", allow("*:*")) == [("note", "[0].action")]
    assert found("AllowsEverything", deny("*"), allow("*", ALL_IM), allow("*:RemoveUser")) == []


def test_writing_to_every_resource_is_a_note_that_says_how_to_limit_it():
    assert found("BroadGrant", allow("im:*")) == [("note", "[0].action")]
    assert "`qcs::im::uin/<root uin>:sdkappid/<id>` limits it" in message("BroadGrant", allow("im:RemoveUser"))


def test_reading_or_what_cannot_be_limited_or_is_conditional_is_no_broad_grant():
    office = {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}
    assert found("BroadGrant", allow("im:Describe*")) == []
    assert found("BroadGrant", allow("sms:SendSms")) == []
    assert found("BroadGrant", allow("im:*", im_app("*"))) == []
    assert found("BroadGrant", allow("im:*", condition=office)) == []
    assert found("BroadGrant", deny("im:*")) == []


def test_a_long_list_of_actions_is_cut_and_counted():
    actions = load_catalog().actions("im")
    assert shown_actions(actions[:2]) == f"`{actions[0]}`, `{actions[1]}`"
    assert shown_actions(actions).endswith(f" and {len(actions) - 3} more")
