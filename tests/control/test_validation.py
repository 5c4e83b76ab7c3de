import json

import pytest

from authz.control.errors import ControlError
from authz.control.validation import check_policy, check_trust
from tests.builders import APP_1, ROOT_UIN, allow, deny, document
from tests.control.documents import MISTAKEN

OWN_ROOT = f"qcs::cam::uin/{ROOT_UIN}:root"


def refused(text, app_id=""):
    with pytest.raises(ControlError) as caught:
        check_policy(text, ROOT_UIN, app_id)
    return caught.value


def trust(principal, action="name/sts:AssumeRole", **more):
    return json.dumps(
        {"version": "2.0", "statement": [{"effect": "allow", "action": action, "principal": principal, **more}]}
    )


def known(kind, name):
    return (kind, name) in {("uin", "100001"), ("roleName", "ci"), ("groupid", "1")}


@pytest.mark.parametrize("detail", MISTAKEN)
def test_each_mistake_has_its_code(detail):
    assert refused(MISTAKEN[detail]).code == f"InvalidParameter.{detail}"


def test_the_message_names_every_mistake_with_its_line():
    text = '{"version": "2.0",\n "statement": [\n  {"effect": "allow", "action": "im:Nope", "resource": "*"},\n'
    text += '  {"effect": "allow", "action": "sms:Nope", "resource": "qcs::sms::uin/9:app/1"}]}'
    message = refused(text).message
    assert message.startswith("line 3, column 23: `im` has no action `im:Nope`")
    assert "line 4, column 23: `sms` has no action `sms:Nope`" in message
    assert "line 4" in message.split("`qcs::sms::uin/9:app/1` belongs to account 9")[0].rsplit(";", 1)[1]


@pytest.mark.parametrize(
    "action",
    [
        "*", "name/im:*", "im:*App*", "im:NoSuch*", "cos:GetObject", "nosuch:DoThings", "consolesms:SmsQcloudCom",
        "NAME/im:RemoveUser".lower(), "sms: DeleteAppInfo ", "cam:CreatePolicy", "permid/280655", "sts:AssumeRole",
    ],
)  # fmt: skip
def test_actions_that_the_catalog_does_not_cover_are_accepted_as_they_are(action):
    (statement,) = check_policy(document(allow(action)), ROOT_UIN, "").statements
    assert statement.actions[0].text == action


def test_the_policies_of_the_source_documents_are_accepted():
    # requirements 32: RemoveUser, DescribeAppStatList and DescribeTrtcAppAndAccountInfo are names of published policies
    names = ["name/im:RemoveUser", "name/im:DescribeAppStatList", "name/im:DescribeTrtcAppAndAccountInfo"]
    text = document(allow("name/im:*", APP_1), deny(names, APP_1))
    assert len(check_policy(text, ROOT_UIN, "").statements) == 2


def test_a_single_statement_needs_no_list():
    text = json.dumps({"version": "2.0", "statement": allow("im:Nope")})
    assert refused(text).code == "InvalidParameter.ActionNotExist"


def test_an_app_id_in_a_resource_needs_an_account_that_has_one():
    text = document(allow("cos:GetObject", "qcs::cos:::b-${app_id}/*"))
    assert refused(text).code == "InvalidParameter.ResourceContentError"
    assert check_policy(text, ROOT_UIN, "1250000000")


@pytest.mark.parametrize(
    "principal",
    [
        {"qcs": [OWN_ROOT]},
        {"qcs": [f"qcs::cam::uin/{ROOT_UIN}:uin/100001"]},
        {"qcs": [f"qcs::cam::uin/{ROOT_UIN}:uin/{ROOT_UIN}"]},
        {"qcs": [f"qcs::cam::uin/{ROOT_UIN}:roleName/ci", f"qcs::cam::uin/{ROOT_UIN}:groupid/1"]},
        {"qcs": ["qcs::cam::uin/87654321:uin/1"]},
        {"service": ["scf.qcloud.com", "tke.cloud.tencent.com"]},
        "*",
    ],
)
def test_trust_policies_are_accepted(principal):
    assert check_trust(trust(principal), ROOT_UIN, known).statements[0].principals is not None


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (trust({"qcs": [f"qcs::cam::uin/{ROOT_UIN}:uin/100009"]}), "PrincipalQcsNotExist"),
        (trust({"qcs": [f"qcs::cam::uin/{ROOT_UIN}:roleName/nope"]}), "PrincipalQcsNotExist"),
        (trust({"qcs": ["alice"]}), "PrincipalQcsError"),
        (trust({"service": ["scf"]}), "PrincipalServiceNotExist"),
        (trust({"qcs": [OWN_ROOT]}, action="name/im:*"), "ActionError"),
        (trust({"qcs": [OWN_ROOT]}, action=[]), "ActionMiss"),
        (trust({"qcs": [OWN_ROOT]}, resource="*"), "ResourceError"),
        (trust("alice"), "PrincipalError"),
        (document(allow("sts:AssumeRole")), "PrincipalError"),
        ("[]", "PolicyDocumentError"),
    ],
)
def test_a_mistake_in_a_trust_policy_has_its_code(text, detail):
    with pytest.raises(ControlError) as caught:
        check_trust(text, ROOT_UIN, known)
    assert caught.value.code == f"InvalidParameter.{detail}"


def test_a_trust_policy_may_give_its_principal_once_for_all_statements():
    value = {"version": "2.0", "principal": {"qcs": [f"qcs::cam::uin/{ROOT_UIN}:uin/100009"]}}
    value["statement"] = {"effect": "allow", "action": "name/sts:AssumeRole"}
    with pytest.raises(ControlError, match="has no `uin/100009`"):
        check_trust(json.dumps(value), ROOT_UIN, known)
