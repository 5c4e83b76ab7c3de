"""The engine and its in-process peers, each built from the same world in its fastest documented form.

Each is asked with the three texts of a question, and makes of them what it needs itself.
"""

import importlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from authz.engine.evaluate import evaluate
from authz.engine.request import parse_request
from tests.load.rival_grants import Grant, Patterns, RivalsFixture

Ask = Callable[[str, str, str], bool]
"""Whether a principal may do an action on a resource."""


def ours(world: RivalsFixture) -> Ask:
    """Reading the question and deciding, without the decision cache."""
    snapshot = world.snapshot
    return lambda principal, action, resource: (
        evaluate(snapshot, parse_request(principal, action, resource, {})).allowed
    )


def cedarpy(world: RivalsFixture) -> Ask:
    """A `permit` or `forbid` for each statement, its user in the head, its patterns as `like`; parsed beforehand."""
    library = importlib.import_module("cedarpy")
    policies = library.PolicySet.from_str("\n".join(map(_cedar_policy, world.grants)))
    entities = library.Entities.from_json_str("[]")
    nothing = {"type": "Nothing", "id": ""}

    def ask(principal: str, action: str, resource: str) -> bool:
        request = {
            "principal": {"type": "User", "id": principal},
            "action": {"type": "Action", "id": "any"},
            "resource": nothing,
            "context": {"action": action, "resource": resource},
        }
        return bool(library.is_authorized(request, policies, entities).allowed)

    return ask


def _cedar_policy(grant: Grant) -> str:
    head = f"{'permit' if grant.is_allow else 'forbid'}(principal == User::{json.dumps(grant.user)}, action, resource)"
    fits = f"({_cedar(grant.actions, 'context.action')}) && ({_cedar(grant.resources, 'context.resource')})"
    return f"{head} when {{ {fits} }};"


def _cedar(patterns: Patterns, name: str) -> str:
    exact = [f"{name} == {json.dumps(text)}" for text in patterns.exact]
    return " || ".join([*exact, *(f"{name} like {json.dumps(f'{text}*')}" for text in patterns.prefixes)])


_CASBIN_MODEL = """
[request_definition]
r = sub, act, obj
[policy_definition]
p = sub, act, obj, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && keyMatch(r.act, p.act) && keyMatch(r.obj, p.obj)
"""


def pycasbin(world: RivalsFixture) -> Ask:
    """A row for each pair of action and resource of a statement; FastEnforcer looks only at the rows of the user."""
    library = importlib.import_module("casbin")
    order = [0]  # the subject
    model = importlib.import_module("casbin.model").FastModel(order)
    model.load_model_from_text(_CASBIN_MODEL)
    enforcer = library.FastEnforcer(model, cache_key_order=order)
    enforcer.add_policies([row for grant in world.grants for row in _casbin_rows(grant)])
    return lambda principal, action, resource: bool(enforcer.enforce(principal, action, resource))


def _casbin_rows(grant: Grant) -> Iterable[list[str]]:
    for action in _starred(grant.actions):
        for resource in _starred(grant.resources):
            yield [grant.user, action, resource, "allow" if grant.is_allow else "deny"]


def _starred(patterns: Patterns) -> list[str]:
    return [*patterns.exact, *(f"{text}*" for text in patterns.prefixes)]


def vakt(world: RivalsFixture) -> Ask:
    """A policy for each statement, of the rules `Eq` and `StartsWith`; storage in memory."""
    library, rules = importlib.import_module("vakt"), importlib.import_module("vakt.rules")

    def any_of(patterns: Patterns) -> list[Any]:
        return [*map(rules.Eq, patterns.exact), *map(rules.StartsWith, patterns.prefixes)]

    storage = library.MemoryStorage()
    for uid, grant in enumerate(world.grants):
        effect = library.ALLOW_ACCESS if grant.is_allow else library.DENY_ACCESS
        subjects, actions, resources = [rules.Eq(grant.user)], any_of(grant.actions), any_of(grant.resources)
        storage.add(library.Policy(uid, subjects=subjects, actions=actions, resources=resources, effect=effect))
    guard = library.Guard(storage, library.RulesChecker())
    return lambda principal, action, resource: bool(
        guard.is_allowed_check(library.Inquiry(subject=principal, action=action, resource=resource))
    )


_REGO = """
package cam
import rego.v1
default allow := false
allow if {
    some grant in data.users[input.principal].allow
    covers(grant)
    not denied
}
denied if {
    some grant in data.users[input.principal].deny
    covers(grant)
}
covers(grant) if {
    fits(grant.actions, input.action)
    fits(grant.resources, input.resource)
}
fits(patterns, text) if text in patterns.exact
fits(patterns, text) if {
    some prefix in patterns.prefixes
    startswith(text, prefix)
}
"""


def regopy(world: RivalsFixture) -> Ask:
    """The grants as data under their users, one rule over them, compiled into a bundle."""
    library = importlib.import_module("regopy")
    interpreter = library.Interpreter()
    interpreter.add_module("cam.rego", _REGO)
    interpreter.add_data({"users": _rego_users(world.grants)})
    bundle = interpreter.build(None, ["cam/allow"])

    def ask(principal: str, action: str, resource: str) -> bool:
        interpreter.set_input({"principal": principal, "action": action, "resource": resource})
        return bool(interpreter.query_bundle_entrypoint(bundle, "cam/allow")[0][0])

    return ask


def _rego_users(grants: Iterable[Grant]) -> dict[str, dict[str, list[Any]]]:
    users: dict[str, dict[str, list[Any]]] = {}
    for grant in grants:
        of_user = users.setdefault(grant.user, {"allow": [], "deny": []})
        of_user["allow" if grant.is_allow else "deny"].append(
            {"actions": _rego(grant.actions), "resources": _rego(grant.resources)}
        )
    return users


def _rego(patterns: Patterns) -> dict[str, list[str]]:
    return {"exact": list(patterns.exact), "prefixes": list(patterns.prefixes)}


RIVALS: dict[str, Callable[[RivalsFixture], Ask]] = {
    "cedarpy": cedarpy,
    "pycasbin": pycasbin,
    "vakt": vakt,
    "regopy": regopy,
}
"""By name; each builder raises ImportError where its library is not installed."""
