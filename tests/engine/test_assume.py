"""`sts:AssumeRole` needs the role's trust and the caller's grant (cam-language 5.3)."""

import json
from dataclasses import replace

import pytest

from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.language.document import PolicyKind
from authz.language.parse import parse_policy
from tests.builders import ALICE, CI, ROOT, account, allow, deny, engine, policy

ROLE = "qcs::cam::uin/12345678:roleName/ci"
FOREIGN = "qcs::cam::uin/87654321:roleName/ci"
GRANT = policy("p", allow("sts:AssumeRole"))
OWN_ROOT = "qcs::cam::uin/12345678:root"


def trusting(of, *statements):
    """The account whose role `ci` has these statements as its trust policy."""
    text = json.dumps({"version": "2.0", "statement": list(statements)})
    trust = parse_policy(text, PolicyKind.TRUST)
    return replace(of, roles={"ci": replace(of.roles["ci"], trust=trust)})


def trust(*principals, effect="allow", **more):
    return {"effect": effect, "action": "sts:AssumeRole", "principal": {"qcs": list(principals)}, **more}


def decided(*accounts, principal=ALICE, role=ROLE, context=None):
    return engine(*accounts).decide(parse_request(principal, "sts:AssumeRole", role, context or {}, 0.0))


@pytest.mark.parametrize("granted", [False, True])
@pytest.mark.parametrize("trusted", [False, True])
def test_both_sides_must_agree(granted, trusted):
    of = trusting(account(own=[GRANT] if granted else []), trust(OWN_ROOT if trusted else "qcs::cam::uin/1:root"))
    assert decided(of).allowed is (granted and trusted)


@pytest.mark.parametrize(
    ("named", "is_admitted"),
    [
        (OWN_ROOT, True),
        ("qcs::cam::uin/12345678:uin/100001", True),
        ("qcs::cam::uin/12345678:uin/100002", False),
        ("qcs::cam::uin/12345678:uin/12345678", False),
        ("qcs::cam::uin/12345678:groupid/team", True),
        ("qcs::cam::uin/12345678:groupid/other", False),
        ("qcs::cam::anyone:anyone", True),
        ("qcs::cam::anonymous:anonymous", False),
        ("*", True),
    ],
)
def test_a_trust_policy_names_its_principals_in_many_ways(named, is_admitted):
    # cam-language 1.4
    assert decided(trusting(account(own=[GRANT]), trust(named))).allowed is is_admitted


def test_a_service_is_no_caller():
    service = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"service": "cls.cloud.tencent.com"}}
    assert not decided(trusting(account(own=[GRANT]), service)).allowed


def test_root_needs_trust_but_no_grant():
    assert decided(trusting(account(), trust(OWN_ROOT)), principal=ROOT).reason is Reason.ROOT_ACCOUNT
    assert not decided(trusting(account(), trust("qcs::cam::uin/1:root")), principal=ROOT).allowed


def test_a_role_may_assume_another_one():
    of = trusting(account(role=[GRANT]), trust(CI))
    assert decided(of, principal=CI).allowed


@pytest.mark.parametrize("side", ["trust", "grant"])
def test_a_deny_on_either_side_wins(side):
    own = [GRANT, policy("q", deny("sts:*"))] if side == "grant" else [GRANT]
    statements = [trust("*"), *([trust(ALICE, effect="deny")] if side == "trust" else [])]
    found = decided(trusting(account(own=own), *statements))
    assert (found.reason, found.statement.attached_to) == (
        Reason.EXPLICIT_DENY,
        "trust/role/ci" if side == "trust" else "user/100001",
    )


def test_a_trust_policy_may_have_conditions():
    of = trusting(account(own=[GRANT]), trust("*", condition={"string_equal": {"dept": "ops"}}))
    assert decided(of, context={"dept": ("ops",)}).allowed
    assert not decided(of, context={"dept": ("hr",)}).allowed


@pytest.mark.parametrize(
    ("grant", "is_allowed"),
    [
        ("*", True),
        (FOREIGN, True),
        ("qcs::cam::uin/*:roleName/*", True),
        (ROLE, False),
        ("qcs::cam:::roleName/ci", False),
    ],
)
def test_a_role_of_another_account_must_be_granted_as_such(grant, is_allowed):
    caller = account(own=[policy("p", allow("sts:AssumeRole", grant))])
    other = trusting(account(uin="87654321"), trust(OWN_ROOT))
    found = decided(caller, other, role=FOREIGN)
    assert found.allowed is is_allowed
    assert found.window == (0, 0)  # it depends on two accounts: never from a cache


@pytest.mark.parametrize(
    "role",
    [
        FOREIGN,
        "qcs::im::uin/12345678:roleName/ci",
        "qcs::cam::uin/12345678:roleName/none",
        "*",
        "qcs::cam::uin/12345678:policyid/1",
    ],
)
def test_what_is_no_role_that_is_known_cannot_be_assumed(role):
    assert not decided(trusting(account(own=[GRANT]), trust("*")), role=role).allowed
