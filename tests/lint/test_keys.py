import pytest

from authz.catalog.catalog import load_catalog
from authz.lint.keys import general_key
from tests.builders import APP_1, allow, deny
from tests.lint.linting import found, message

AT = "[0].condition."
ALL_CODES = ("KeyCase", "StrayBlanks", "ForeignKey", "UnknownKey")


def on(key, effect=deny, operator="string_equal", value="x"):
    return effect("im:RemoveUser", APP_1, condition={operator: {key: value}})


def told(key):
    return [code for code in ALL_CODES if found(code, on(key))]


@pytest.mark.parametrize(
    ("key", "code", "right"),
    [
        ("qcs:IP", "KeyCase", "qcs:ip"),
        ("QCS:ip", "KeyCase", "qcs:ip"),
        ("qcs:Current_Time", "KeyCase", "qcs:current_time"),
        ("qcs:Resource_Tag/Dept", "KeyCase", "qcs:resource_tag/Dept"),
        ("qcs: ip", "StrayBlanks", "qcs:ip"),
        ("qcs :ip", "StrayBlanks", "qcs:ip"),
        ("qcs\uff1aip", "StrayBlanks", "qcs:ip"),
        ("aws:SourceIp", "ForeignKey", "qcs:ip"),
        ("aws:CurrentTime", "ForeignKey", "qcs:current_time"),
        ("aws:MultiFactorAuthPresent", "ForeignKey", "qcs:mfa"),
        ("aws:ResourceTag/dept", "ForeignKey", "qcs:resource_tag/dept"),
        ("acs:SourceIp", "ForeignKey", "qcs:ip"),
        ("g:SourceIp", "ForeignKey", "qcs:ip"),
        ("qcs:ipp", "UnknownKey", "qcs:ip"),
        ("qcs:source_ip", "UnknownKey", "qcs:ip"),
        ("qcs:sourceIp", "UnknownKey", "qcs:ip"),
        ("qcs:currenttime", "UnknownKey", "qcs:current_time"),
        ("qcs:resource_tags", "UnknownKey", "qcs:resource_tag"),
        ("qcs:resource_tags/dept", "UnknownKey", "qcs:resource_tag/dept"),
        ("qcs:ip/x", "UnknownKey", "qcs:ip"),
        ("ip", "UnknownKey", "qcs:ip"),
        ("owner_uin", "UnknownKey", "qcs:owner_uin"),
        ("qsc:ip", "UnknownKey", "qcs:ip"),
        ("qcs.ip", "UnknownKey", "qcs:ip"),
    ],
)
def test_a_key_that_cam_does_not_have_is_answered_with_the_intended_one(key, code, right):
    # 598/10608: condition keys are case-sensitive
    assert told(key) == [code]
    assert found(code, on(key)) == [("warning", f"{AT}string_equal.{key}")]
    assert message(code, on(key)).endswith(f"; write `{right}`")


def test_a_key_without_a_similar_name_is_answered_with_all_of_them():
    assert "general keys are `qcs:current_time`, `qcs:ip`," in message("UnknownKey", on("qcs:moon_phase"))
    assert "general keys are" in message("ForeignKey", on("aws:username"))


@pytest.mark.parametrize(
    "key",
    [
        "qcs:ip", "qcs:resource_tag", "qcs:resource_tag/Any Thing", "qcs:tag", "qcs:tag/dept", "qcs:vpc",
        "qcs:create_uin",
        "mfa", "cos:prefix", "vpc:vpc", "vpc:requester_vpc", "saml:aud", "bmvpc:unVpcId", "cvm_system_disk_size",
        "zone", "name", "user", "time", "nextyear:zone",
    ],
)  # fmt: skip
def test_a_key_that_some_product_or_the_caller_itself_may_have_is_not_reported(key):
    assert told(key) == []


@pytest.mark.parametrize("key", ["im:env", "sms:template", "cam:owner", "SourceIp", "client_ip"])
def test_a_key_that_only_the_caller_itself_can_give_is_a_note(key):
    assert found("UnknownKey", on(key)) == [("note", f"{AT}string_equal.{key}")]


@pytest.mark.parametrize(
    ("effect", "operator", "value", "outcome"),
    [
        (allow, "string_equal", "x", "never holds, so this allow never applies"),
        (deny, "string_not_equal", "x", "never holds, so this deny never applies"),
        (allow, "string_not_equal_if_exist", "x", "holds for every request, so this allow applies to every caller"),
        (deny, "string_equal_if_exist", "x", "holds for every request, so this deny always applies"),
        (allow, "null_equal", "true", "holds for every request, so this allow applies to every caller"),
        (allow, "null_equal", "false", "never holds, so this allow never applies"),
    ],
)
def test_the_effect_of_a_key_that_no_request_has_is_reported(effect, operator, value, outcome):
    # cam-language 2.2, rules 4 and 5
    assert outcome in message("KeyCase", on("qcs:Ip", effect, operator, value))


@pytest.mark.parametrize("key", ["qcs:IP", "aws:SourceIp", "qcs:ipp"])
def test_a_deny_on_a_key_that_no_request_has_is_not_advised_to_deny_everything(key):
    assert found("DenyEscaped", on(key, deny, "ip_not_equal", "10.0.0.0/8")) == []


def test_only_tags_are_families_of_keys():
    assert general_key("qcs:request_tag/dept") == "qcs:request_tag"
    assert [general_key(key) for key in ("qcs:ip/x", "qcs:resource_tags/x", "qcs:resource_tag/", "cos:prefix")] == [
        None
    ] * 4


def test_no_prefix_of_another_cloud_is_a_service_of_this_one():
    from authz.catalog.services import OTHER_SERVICES  # noqa: PLC0415 - here only
    from authz.lint import keys as lint_keys  # noqa: PLC0415 - for its table

    assert not lint_keys._VENDORS.keys() & (OTHER_SERVICES | load_catalog().services)
