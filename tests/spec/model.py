"""CAM's decision in the most obvious code: the manual, read aloud. It shares nothing with the product but parsed JSON.

An account is {"uin", "app_id", "users": {uin: {...}}, "roles": {name: {...}}, "groups": {name: [policies]},
"documents": {name: document}}; users and roles hold "policies", "groups", "boundary", "tags", roles "trust" besides.
"""

import re

from tests.spec.conditions import conditions_hold, wildcard

REGIONS = {"gz": "ap-guangzhou", "sh": "ap-shanghai", "bj": "ap-beijing"}
DENIED = "NO_MATCHING_ALLOW", None


def decide(accounts, operation_level, principal, action, resource, context, time):
    """Reason and deciding statement (policy, index, attached to); only ALLOWED and ROOT_ACCOUNT allow."""
    root, _, rest = principal.removeprefix("qcs::cam::uin/").partition(":")
    kind, _, name = rest.partition("/")
    account = accounts.get(root)
    is_root = rest in ("root", f"uin/{root}")
    if account is None or not (is_root or name in account["users" if kind == "uin" else "roles"]):
        return "UNKNOWN_PRINCIPAL", None
    holder = {} if is_root else account["users" if kind == "uin" else "roles"][name]
    request = {
        "account": root, "uin": root if is_root else name if kind == "uin" else "",
        "action": action.removeprefix("name/").lower(), "resource": resource, "context": context, "time": time,
        "variables": variables(account, holder, root if is_root else name if kind == "uin" else ""),
    }  # fmt: skip
    if not is_own(account, resource):
        return "CROSS_ACCOUNT", None
    if is_root:
        return "ROOT_ACCOUNT", None
    if request["action"] in operation_level:
        request["resource"] = "*"
    return combined(account, holder, f"{'user' if kind == 'uin' else 'role'}/{name}", request)


def combined(account, holder, label, request):
    """Any deny wins, then the first allow, within the boundary; else denied (598/10605)."""
    attached = [(policy, label) for policy in holder["policies"]]
    for group in holder.get("groups", []):
        attached += [(policy, f"group/{group}") for policy in account["groups"][group]]
    bounds = [(holder["boundary"], f"boundary/{label}")] if holder.get("boundary") else []
    denies = first(account, attached + bounds, "deny", request)
    if denies:
        return "EXPLICIT_DENY", denies
    allows = first(account, attached, "allow", request)
    if not allows:
        return DENIED
    if bounds and not first(account, bounds, "allow", request):
        return "OUTSIDE_BOUNDARY", None
    return "ALLOWED", allows


def first(account, attached, effect, request):
    for policy, label in attached:
        for index, statement in enumerate(account["documents"][policy]["statement"]):
            if statement["effect"] == effect and applies(account, statement, request):
                return policy, index, label
    return None


def applies(account, statement, request):
    """What cannot be told never allows and always denies (cam-language 2.2, rule 13)."""
    if not any(action_matches(each, request["action"]) for each in listed(statement["action"])):
        return False
    denies = statement["effect"] == "deny"
    covered = [resource_matches(account, each, request, denies=denies) for each in listed(statement["resource"])]
    if not any(covered):
        return False
    verdict = conditions_hold(statement, request, request["variables"])
    return denies if verdict is None else verdict


def listed(value):
    return value if isinstance(value, list) else [value]


def globbed(pattern, value):
    return bool(re.fullmatch(wildcard([pattern], {}), value, re.DOTALL))


def action_matches(pattern, action):
    """`name/` is optional; neither case nor blanks around the parts matter."""
    pattern = pattern.strip().removeprefix("name/").lower()
    if pattern == "*":
        return True
    service, _, name = (part.strip() for part in pattern.partition(":"))
    own_service, _, own_name = action.partition(":")
    return globbed(service, own_service) and globbed(name, own_name)


def segments(resource):
    _, _, service, region, account, tail = (part.strip() for part in resource.split(":", 5))
    return service.lower(), REGIONS.get(region.lower(), region.lower()), account.lower(), tail


def is_own(account, resource):
    if resource == "*":
        return True
    named = segments(resource)[2]
    return named in ("", "uin/", f"uin/{account['uin']}") or named == f"uid/{account['app_id'] or None}"


def resource_matches(account, pattern, request, *, denies):
    """Empty service and region cover all; only a bare `*` covers a request for no resource (cam-language 6)."""
    resource = request["resource"]
    if pattern.strip() == "*" or resource == "*":
        return pattern.strip() == "*"
    service, region, named, tail = segments(pattern)
    own_service, own_region, _, own_tail = segments(resource)
    if named not in ("*", "uin/*") and not is_own(account, pattern):
        return False
    pieces = re.split(r"\$\{([^}]*)\}", "".join(tail.split()))
    known = request["variables"][0]
    if any(piece not in known for piece in pieces[1::2]):
        fits = denies
    else:
        fits = bool(re.fullmatch(wildcard(pieces, known), own_tail, re.DOTALL))
    return fits and globbed(service or "*", own_service) and globbed(region or "*", own_region)


def variables(account, holder, uin):
    """One set of values for each tag of the principal, or one without tags."""
    known = {"uin": uin, "owner_uin": account["uin"], "app_id": account["app_id"]}
    known = {name: value for name, value in known.items() if value}
    tags = holder.get("tags", {}).items()
    return [{**known, "qcs:principal_tag_key": key, "qcs:principal_tag_value": value} for key, value in tags] or [known]
