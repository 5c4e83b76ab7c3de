from authz.catalog.catalog import load_catalog
from authz.lint.actions import shown_actions
from tests.builders import APP_1, allow, deny, im_app, sms_app
from tests.lint.linting import ALL_IM, findings, found, message

ACTION = ("warning", "[0].action")

# Operation-level APIs (cam-language 6) --------------------------------------------------------------------------------


def test_an_operation_level_action_with_a_concrete_resource_allows_nothing():
    grant = allow(["sms:DescribeAppInfo", "sms:SendSms"], [sms_app(1400000001)])
    assert found("OperationLevel", grant) == [("warning", "[0].action[1]")]
    assert 'this allows nothing; add a statement for it with `"resource": "*"`' in message("OperationLevel", grant)
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


def test_all_actions_on_one_application_are_reported_for_its_service_only():
    text = message("OperationLevel", allow("*", sms_app(1400000001)))
    assert "`sms:SendSms`" in text
    assert "`im:" not in text


def test_operation_level_apis_that_another_statement_allows_are_not_reported():
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
