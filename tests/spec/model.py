"""What CAM decides, said as plainly as possible: the manual's rules in the manual's order (cam-language 1 to 6 and 8).

It is slow, it believes that documents are valid, and it shares nothing with the product but JSON. `world` maps the uin
of a root account to {"attachments": the value of its attachments file, "policies": {name: document}}.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from tests.spec.conditions_model import as_list
from tests.spec.statements_model import applies, is_own, read_action, segments

DATA = Path(__file__).parents[2] / "authz" / "catalog" / "data"


class Request(NamedTuple):
    principal: str
    action: str
    resource: str
    context: dict  # of lists
    time: float | None


class Verdict(NamedTuple):
    allowed: bool
    reason: str
    statement: tuple | None = None  # policy, index, what it is attached to


class Caller(NamedTuple):
    """`held` is its entry in the attachments file; `uin` is empty for a role; one set of variables for each tag."""

    root: str
    kind: str
    name: str
    uin: str
    account: dict
    held: dict
    variables: list


def operation_level_actions():
    """The APIs of which CAM is asked about `*` (cam-language 6)."""
    texts = [path.read_text(encoding="utf-8") for path in DATA.glob("*.csv")]
    rows = [row for text in texts for row in csv.DictReader(text.splitlines())]
    return {(row["service"].lower(), row["action"].lower()) for row in rows if row["resource_level"] == "n"}


OPERATION_LEVEL = operation_level_actions()


def decide(world, request, operation_level=OPERATION_LEVEL):
    """Whether the request is allowed, why, and by which statement."""
    caller = find_caller(world, request.principal)
    if caller is None:
        return Verdict(False, "UNKNOWN_PRINCIPAL")
    action = read_action(request.action)
    if action == ("sts", "assumerole"):
        return decide_assumption(world, caller, request)
    if not is_own(caller, request.resource):
        return Verdict(False, "CROSS_ACCOUNT")
    if caller.kind == "root":
        return Verdict(True, "ROOT_ACCOUNT")
    if action in operation_level:
        request = request._replace(resource="*")
    return by_policies(caller, request)


def by_policies(caller, request):
    """Any deny, then an allow, then the boundary (5.1, 5.3); of several statements the first attached is named."""
    own, boundary = attached(caller), bounds(caller)
    denied = first("deny", own + boundary, caller, request)
    if denied:
        return Verdict(False, "EXPLICIT_DENY", denied)
    allowed = first("allow", own, caller, request)
    if not allowed:
        return Verdict(False, "NO_MATCHING_ALLOW")
    if caller.held.get("boundary") and not first("allow", boundary, caller, request):
        return Verdict(False, "OUTSIDE_BOUNDARY")
    return Verdict(True, "ALLOWED", allowed)


def decide_assumption(world, caller, request):
    """The role's trust policy must admit the caller, whose own policies must allow it; root needs none (5.3)."""
    is_near = is_own(caller, request.resource)
    refused = Verdict(False, "NO_MATCHING_ALLOW" if is_near else "CROSS_ACCOUNT")
    if request.resource == "*":
        return refused
    service, _, owner, tail = segments(request.resource)
    account = caller.account if is_near else world.get(owner.removeprefix("uin/"))
    role = account and entry(account, "roles", "name", tail.removeprefix("roleName/"))
    if service != "cam" or not tail.startswith("roleName/") or role is None:
        return refused
    trust = [
        ((role["name"], index, f"trust/role/{role['name']}"), {**statement, "resource": "*"})
        for index, statement in enumerate(as_list(role["trust"]["statement"]))
        if admits(statement.get("principal", role["trust"].get("principal")), caller)
    ]
    # A trust policy has no variables of its own (3 names resources and conditions of identity policies only).
    nobody = caller._replace(variables=[{}])
    denied = first("deny", trust, nobody, request)
    if denied:
        return Verdict(False, "EXPLICIT_DENY", denied)
    own = Verdict(True, "ROOT_ACCOUNT") if caller.kind == "root" else by_policies(caller, request)
    if not own.allowed and own.reason != "NO_MATCHING_ALLOW":
        return own
    return own if first("allow", trust, nobody, request) else refused


def admits(principal, caller):
    """Whether a trust policy's principal means the caller (1.4)."""
    named = ["*"] if principal == "*" else as_list(principal.get("qcs", []))
    tails = ["root", {"root": f"uin/{caller.root}", "user": f"uin/{caller.name}"}.get(caller.kind)]
    tails += [f"roleName/{caller.name}"] if caller.kind == "role" else []
    tails += [f"groupid/{group}" for group in caller.held.get("groups", [])]
    owners = [f"uin/{caller.root}", f"uid/{caller.account['attachments'].get('app_id')}"]
    names = ["*", "qcs::cam::anyone:anyone"] + [f"qcs::cam::{owner}:{tail}" for owner in owners for tail in tails]
    return any(name in names for name in named)


# Who asks, and what is attached to it ---------------------------------------------------------------------------------


def find_caller(world, principal):
    """The root account, a user or a role session (1.4); None for anybody else."""
    _, _, _, _, root, identity = principal.split(":")
    root = root.removeprefix("uin/")
    account = world.get(root)
    if account is None:
        return None
    if identity in ("root", f"uin/{root}"):
        kind, name, held = "root", root, {}
    elif identity.startswith("uin/"):
        kind, name = "user", identity.removeprefix("uin/")
        held = entry(account, "users", "uin", name)
    else:
        kind, name = "role", identity.removeprefix("roleName/")
        held = entry(account, "roles", "name", name)
    if held is None:
        return None
    uin = "" if kind == "role" else name
    known = {"uin": uin, "owner_uin": root, "app_id": account["attachments"].get("app_id")}
    known = {variable: value for variable, value in known.items() if value}
    tagged = [
        {**known, "qcs:principal_tag_key": key, "qcs:principal_tag_value": value}
        for key, value in held.get("tags", {}).items()
    ]
    return Caller(root, kind, name, uin, account, held, tagged or [known])


def entry(account, kind, key, name):
    return next((each for each in account["attachments"].get(kind, []) if each[key] == name), None)


def attached(caller):
    """The statements of its own policies, then those of its groups; a role session has the role's only (5.1)."""
    found = statements(caller, caller.held.get("policies", []), f"{caller.kind}/{caller.name}")
    for name in dict.fromkeys(caller.held.get("groups", [])):
        found += statements(caller, entry(caller.account, "groups", "name", name).get("policies", []), f"group/{name}")
    return found


def bounds(caller):
    boundary = caller.held.get("boundary")
    return statements(caller, [boundary], f"boundary/{caller.kind}/{caller.name}") if boundary else []


def statements(caller, policies, attached_to):
    return [
        ((name, index, attached_to), statement)
        for name in dict.fromkeys(policies)
        for index, statement in enumerate(as_list(caller.account["policies"][name]["statement"]))
    ]


def first(effect, among, caller, request):
    return next((ref for ref, each in among if each["effect"] == effect and applies(each, caller, request)), None)
