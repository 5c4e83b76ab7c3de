import pytest

from tests.builders import APP_1, allow, deny, sms_app
from tests.lint.linting import ALL_IM, findings, found, message


def test_a_statement_whose_resources_are_of_another_service_never_matches():
    assert found("NeverMatches", allow("im:*", sms_app(1400000001))) == [("warning", "[0]")]
    assert "its actions belong to `im`, its resources to `sms`" in message("NeverMatches", deny("im:*", sms_app(1)))
    assert found("NeverMatches", allow("im:*", APP_1)) == []


def test_a_statement_of_unknown_action_sets_never_matches():
    assert "list the actions" in message("NeverMatches", allow("permid/280655"))
    assert found("NeverMatches", allow(["permid/280655", "im:RemoveUser"])) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("*", APP_1),
        ("im:RemoveUser", "*"),
        ("im:RemoveUser", "qcs:::::sdkappid/1"),
        ("sts:AssumeRole", "qcs::cam::uin/12345678:roleName/ci"),
        ("cvm:RunInstances", "qcs::vpc:::vpc/*"),
    ],
)
def test_a_service_that_may_ask_about_a_resource_is_not_reported(action, resource):
    assert found("NeverMatches", allow(action, resource)) == []
    assert found("ServiceMismatch", allow(action, resource)) == []


def test_services_that_meet_in_one_statement_are_fine():
    grant = allow(["im:RemoveUser", "sms:DescribeAppInfo"], [APP_1, sms_app(1400000001)])
    assert findings(grant) == ()


def test_an_action_or_resource_without_a_partner_is_reported():
    more_actions = allow(["im:RemoveUser", "sms:DescribeAppInfo"], APP_1)
    more_resources = allow("im:RemoveUser", [APP_1, sms_app(1400000001)])
    assert found("ServiceMismatch", more_actions) == [("warning", "[0].action[1]")]
    assert found("ServiceMismatch", more_resources) == [("warning", "[0].resource[1]")]


@pytest.mark.parametrize("tail", ["app/1400000001", "1400000001", "sdkappid", "SdkAppId/*"])
def test_a_resource_type_that_the_service_does_not_have_is_reported(tail):
    grant = allow("im:RemoveUser", f"qcs::im:::{tail}")
    assert found("ResourceType", grant) == [("warning", "[0].resource")]
    assert message("ResourceType", grant).endswith("resources of `im` are named `sdkappid/<id>`")


@pytest.mark.parametrize("tail", ["sdkappid/1400000001", "sdkappid/*", "*", "sdk*", "*/1400000001", "sdkappid/${uin}"])
def test_a_resource_that_may_be_of_the_right_type_is_not_reported(tail):
    assert found("ResourceType", allow("im:RemoveUser", f"qcs::im:::{tail}")) == []


def test_a_service_without_known_types_may_have_any():
    assert found("ResourceType", allow("cam:GetUser", "qcs::cam:::uin/1"), allow("cos:*", "qcs::cos:::b/x")) == []
    assert found("ResourceType", allow("im:RemoveUser", ALL_IM)) == []


@pytest.mark.parametrize("effect", [allow, deny])
@pytest.mark.parametrize("service", ["sms", ""])
def test_a_region_in_a_resource_that_has_none_is_reported(effect, service):
    # cam-language 1.3: requests of IM and SMS name no region, and an empty one matches none
    statement = effect("sms:DescribeAppInfo", f"qcs::{service}:ap-guangzhou:uin/12345678:app/1400000001")
    assert found("ResourceRegion", statement) == [("warning", "[0].resource")]
    protects = "this allow allows nothing" if effect is allow else "this deny protects nothing"
    assert protects in message("ResourceRegion", statement)
    assert message("ResourceRegion", statement).endswith(f"write `qcs::{service}::uin/12345678:app/1400000001`")


@pytest.mark.parametrize("tail", ["sdkappid/1400000001/group/x", "sdkappid/<id>", "sdkappid/1400000001/*"])
def test_a_resource_that_is_not_an_application_is_reported(tail):
    assert found("ResourceId", deny("im:RemoveUser", f"qcs::im:::{tail}")) == [("warning", "[0].resource")]


def test_a_resource_of_any_service_is_reported_only_where_it_fits_no_action():
    both = ["im:RemoveUser", "sms:DescribeAppInfo"]
    assert found("ResourceType", allow(both, "qcs:::::app/1400000001")) == []
    assert found("ResourceType", allow("im:RemoveUser", "qcs:::::app/1400000001")) == [("warning", "[0].resource")]
    assert found("ResourceRegion", allow([*both, "cvm:*"], "qcs:::gz::*")) == []
    assert found("ResourceRegion", allow("*", "qcs:::gz::*")) == []
