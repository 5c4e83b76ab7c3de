import pytest

from tests.builders import APP_1, allow
from tests.lint.linting import findings, found, message

ACTION = ("warning", "[0].action")


@pytest.mark.parametrize(("service", "near"), [("smss", "sms"), ("imm", "im"), ("consolsms", "consolesms")])
def test_an_unknown_service_is_answered_with_the_nearest_name(service, near):
    assert found("UnknownService", allow(f"{service}:SendSms")) == [ACTION]
    assert f"did you mean `{near}`?" in message("UnknownService", allow(f"{service}:SendSms"))


def test_a_service_without_a_similar_name_is_answered_with_the_known_ones():
    assert "the catalog contains cam, cim, im, sms, sts" in message("UnknownService", allow("qqqqqqqq:Send"))


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
    assert found("UnknownAction", allow("cam:GrantWishes")) == [("note", "[0].action")]
    assert found("UnknownAction", allow("cam:ListUserss")) == [ACTION]
    assert found("UnknownAction", allow("im:GrantWishes")) == [ACTION]


@pytest.mark.parametrize("action", ["name/sms:SendSms", "SMS:sendsms", "sms:Send*", "*", "*:*", "*:SendSms"])
def test_known_actions_are_not_reported_whatever_their_case(action):
    assert found("UnknownAction", allow(action)) == []


@pytest.mark.parametrize("action", ["im:Nonsense*", "sms:*Nonsense", "*:Nonsense"])
def test_a_wildcard_that_matches_nothing_in_the_catalog_is_reported(action):
    assert found("UnknownAction", allow(action)) == [ACTION]


def test_a_wildcard_inside_the_service_is_reported():
    # cam-language 1.2: wildcard in the service part other than `*` alone: allow, warn
    assert found("ServiceWildcard", allow("i*:RemoveUser")) == [ACTION]
    assert found("ServiceWildcard", allow("*:RemoveUser")) == []


def test_an_opaque_action_set_is_reported():
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
def test_a_renamed_service_is_reported(action, now):
    assert f"is now `{now}`" in message("LegacyService", allow(action))


@pytest.mark.parametrize("service", ["captcha", "tcbr", "lowcode", "teo", "apm", "ims", "trocket"])
def test_a_service_that_exists_is_known(service):
    assert found("UnknownService", allow(f"{service}:*")) == []
    assert found("UncheckedService", allow(f"{service}:*")) == [("note", "[0].action")]


@pytest.mark.parametrize("action", ["nextyear:*", "imm:*", "imm:Launch", "smz:Launch"])
def test_a_service_that_is_not_known_is_a_note_once_in_a_statement(action):
    assert found("UnknownService", allow([action, action])) == [("note", "[0].action[0]")]


@pytest.mark.parametrize("grant", [allow("imm:*", APP_1), allow("name/smss:SendSms")])
def test_a_service_that_is_misspelt_beside_what_is_known_is_a_warning(grant):
    assert found("UnknownService", grant) == [ACTION]


@pytest.mark.parametrize("action", ["cam:DescribeSubAccountContacts", "cam:PassRole", "sts:AssumeRoleWithWebIdentity"])
def test_an_action_that_published_policies_name_is_known(action):
    assert found("UnknownAction", allow(action)) == []


def test_a_name_that_is_similar_but_not_one_edit_away_may_be_another_action():
    assert found("UnknownAction", allow("cam:ListUsersOfTheMoon")) == [("note", "[0].action")]
