import pytest

from authz.language.principal import Principal, PrincipalKind, check_trusted, parse_principal
from authz.language.report import Refusal


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        # cam-language 1.4
        ("qcs::cam::uin/12345678:uin/100001", Principal(PrincipalKind.USER, "12345678", "100001")),
        ("qcs::cam::uin/12345678:root", Principal(PrincipalKind.ROOT, "12345678", "12345678")),
        ("qcs::cam::uin/12345678:uin/12345678", Principal(PrincipalKind.ROOT, "12345678", "12345678")),
        ("qcs::cam::uin/12345678:roleName/ci", Principal(PrincipalKind.ROLE, "12345678", "ci")),
    ],
)
def test_a_principal_is_a_user_a_role_or_the_root_account(text, meaning):
    assert parse_principal(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "100001",
        "qcs::cam::uin/12345678",
        "qcs::cam::uin/12345678:",
        "qcs::cam::uin/12345678:uin/",
        "qcs::cam::uin/0:uin/1",
        "qcs::cam::uin/12345678:uin/01",
        "qcs::cam::uin/12345678:uin/100001 ",
        "qcs::cam::uin/12345678:uin/100001\n",
        "qcs::cam::uid/12345678:uin/100001",
        "qcs::im::uin/12345678:uin/100001",
        "qcs::cam::uin/12345678:groupid/7",
        "qcs::cam::uin/12345678:roleName/a/b",
        "qcs::cam::uin/*:root",
        "qcs::cam::anonymous:anonymous",
    ],
)
def test_what_names_no_single_caller_is_refused(text):
    with pytest.raises(Refusal) as caught:
        parse_principal(text)
    assert caught.value.code == "InvalidParameter.PrincipalQcsError"


@pytest.mark.parametrize(
    "text",
    [
        # cam-language 1.4: forms of trust and bucket policies
        "*",
        "qcs::cam::uin/12345678:root",
        "qcs::cam::uin/12345678:uin/100001",
        "qcs::cam::uid/1250000000:uin/100001",
        "qcs::cam::uin/12345678:groupid/7",
        "qcs::cam::anonymous:anonymous",
        "qcs::cam::anyone:anyone",
    ],
)
def test_a_trust_policy_may_name_every_published_form(text):
    assert check_trusted(text) == text


@pytest.mark.parametrize(
    "text", ["", "root", "qcs::cam::*", "qcs::im::uin/1:root", "qcs::cam::uin/1:ro ot", "qcs::cam::uin/1:"]
)
def test_a_trust_policy_may_not_name_anything_else(text):
    with pytest.raises(Refusal) as caught:
        check_trusted(text)
    assert caught.value.code == "InvalidParameter.PrincipalQcsError"
