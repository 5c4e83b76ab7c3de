"""Decisions that the documentation states."""

import json

import pytest

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.accounts.model import Policy
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.language.document import PolicyKind
from authz.language.json_text import read_json
from authz.language.parse import parse_policy
from tests.cases import published

EXCEPTIONS = {
    143: "the ambiguous one: anonymous requesters are COS's own, and the published resource names a UIN as APPID",
    155: "the published name has blanks inside by mistake; they are part of it, so it names another resource",
}
NOT_CONTEXT = {
    "principal",
    "uin",
    "owner_uin",
    "identity_policy",
    "boundary",
    "signed",
    "api_kind",
    "qcs:principal_tag",
}


def named(case):
    return f"{case['id']}-{case['action']}"


def owner_of(resource):
    """The account that a resource names: (kind, number)."""
    kind, _, number = (resource.split(":", 5) + [""] * 5)[4].partition("/")
    return kind, number


def caller(case):
    """Root and sub-account that a case speaks of, and the root's APPID."""
    context, resources = case["context"], case["resource"]
    kind, number = owner_of(resources if isinstance(resources, str) else resources[0])
    given = context.get("principal", "")
    if isinstance(given, str) and given:
        root, sub = (part.rpartition("/")[2] for part in given.removeprefix("qcs::cam::").split(":"))
        return root, sub if sub != root else "1", number if kind == "uid" else ""
    root = str(context.get("owner_uin", number if kind == "uin" and number else "12345678"))
    sub = str(context["uin"]) if str(context.get("uin", "")).isdigit() else "100001"
    return root, sub, number if kind == "uid" else ""


def statements_for(document, root, sub):
    """The statements of a bucket policy that speak of the caller, as if they were its own."""
    kept = []
    for statement in document["statement"] if isinstance(document["statement"], list) else [document["statement"]]:
        principals = statement.pop("principal", document.get("principal", {"qcs": ["*"]}))
        qcs = principals["qcs"] if isinstance(principals, dict) else [principals]
        names = {"*", "qcs::cam::anyone:anyone", f"qcs::cam::uin/{root}:uin/{sub}", f"qcs::cam::uin/{root}:root"}
        if names & set([qcs] if isinstance(qcs, str) else qcs):
            kept.append(statement)
    return kept


def engine_for(case, cases):
    root, sub, app_id = caller(case)
    context = case["context"]
    identity = context.get("identity_policy")
    if isinstance(identity, str):  # "as above"
        before = next(each for each in cases if each["id"] == case["id"] - 2)
        context = {**context, **{key: before["context"][key] for key in ("identity_policy", "boundary")}}
        identity = context["identity_policy"]
    document = identity or published.lowered(published.document_of(case["policy_file"]))
    policies = [PolicyText("p", "p", json.dumps({"version": "2.0", "statement": statements_for(document, root, sub)}))]
    user = {"uin": sub, "policies": ["p"]}
    if "boundary" in context:
        policies.append(PolicyText("b", "b", json.dumps(context["boundary"])))
        user["boundary"] = "b"
    if "qcs:principal_tag" in context:
        user["tags"] = dict(tag.split("&") for tag in context["qcs:principal_tag"])
    attachments = {"account": root, "users": [user]} | ({"app_id": app_id} if app_id else {})
    if "sts:AssumeRole" in case["action"]:
        attachments["roles"] = [role_of(case)]
        if any("principal" in each for each in published.lowered(document)["statement"]):
            policies[0] = PolicyText(
                "p", "p", '{"version":"2.0","statement":{"effect":"allow","action":"sts:*","resource":"*"}}'
            )
    built = build_account(AttachmentsText("a", read_json(json.dumps(attachments))), policies)
    engine = Engine()
    engine.publish({built.uin: built}, (), 1)
    return engine, f"qcs::cam::uin/{root}:uin/{sub}"


def role_of(case):
    name = case["resource"].rpartition("/")[2]
    return {
        "name": name,
        "trust": {"version": "2.0", "statement": {"effect": "allow", "action": "sts:AssumeRole", "principal": "*"}},
    }


def outcome(engine, principal, case, resource):
    keys = {key: value for key, value in case["context"].items() if key not in NOT_CONTEXT}
    values = {key: tuple(map(str, value if isinstance(value, list) else [value])) for key, value in keys.items()}
    return engine.decide(parse_request(principal, case["action"], resource, values))


TRUST = {136, 137, 138, 139}
ALL = published.cases()


@pytest.mark.skipif(not ALL, reason="the published cases are not beside this checkout")
def test_there_are_cases():
    assert len(ALL) == 90


@pytest.mark.parametrize("case", [each for each in ALL if each["id"] not in {*EXCEPTIONS, *TRUST}], ids=named)
def test_a_stated_decision_is_the_engines(case):
    engine, principal = engine_for(case, ALL)
    resources = case["resource"] if isinstance(case["resource"], list) else [case["resource"]]
    decisions = [outcome(engine, principal, case, resource) for resource in resources]
    if case["expected"] == "no_explicit_deny":
        assert all(decision.reason.name != "EXPLICIT_DENY" for decision in decisions)
    elif case["expected"] == "allow":
        assert all(decision.allowed for decision in decisions), decisions
    else:
        wanted = case["expected"] == "explicit_deny"
        assert not all(decision.allowed for decision in decisions), decisions
        assert any(decision.reason.name == "EXPLICIT_DENY" for decision in decisions) is wanted, decisions


@pytest.mark.parametrize("case", [each for each in ALL if each["id"] in {136, 137}], ids=named)
def test_a_trust_policy_admits_whom_it_names(case):
    document = published.document_of(case["policy_file"])
    for statement in document["statement"]:
        statement.pop("resource", None)  # a trust policy names none: it is the role
    role = {"name": case["resource"].rpartition("/")[2], "trust": document}
    principal = case["context"]["principal"]
    root = principal.rpartition("/")[2]
    values = [{"account": "12345", "roles": [role]}, {"account": root}]
    built = [build_account(AttachmentsText("a", read_json(json.dumps(value))), []) for value in values]
    engine = Engine()
    engine.publish({account.uin: account for account in built}, (), 1)
    decision = engine.decide(parse_request(principal, case["action"], case["resource"], {}))
    assert decision.allowed is (case["expected"] == "allow")


@pytest.mark.parametrize("case", [each for each in ALL if each["id"] in {138, 139}], ids=named)
def test_a_trust_policy_for_a_saml_provider_holds_under_its_conditions(case):
    statement = parse_policy(published.text_of(case["policy_file"]), PolicyKind.TRUST).statements[0]
    assert case["context"]["principal"]["federated"] in statement.principals.federated
    identity = json.loads(published.text_of(case["policy_file"]))["statement"][0]
    stripped = {"effect": "allow", "action": "sts:*", "resource": "*", "condition": identity["condition"]}
    policy = parse_policy(json.dumps({"version": "2.0", "statement": stripped}))
    assert decided_alone(policy, case) is (case["expected"] == "allow")


def decided_alone(document, case):
    from tests.builders import ALICE, account, engine  # noqa: PLC0415 - here only

    values = {"saml:aud": (case["context"]["saml:aud"],)}
    own = account(own=[Policy("p", document)])
    return engine(own).decide(parse_request(ALICE, "sts:AssumeRoleWithSAML", "*", values)).allowed
