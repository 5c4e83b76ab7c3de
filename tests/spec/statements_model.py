"""Whether a statement matches (cam-language 4): its action, its resource (1.2, 1.3) and its conditions (2)."""

from tests.spec.conditions_model import all_of, any_of, as_list, conditions_hold, fits, freeze

REGIONS = {"gz": "guangzhou", "sh": "shanghai", "bj": "beijing", "cd": "chengdu", "cq": "chongqing", "hk": "hongkong"}
PATHS = ("cos", "cmqqueue", "cmqtopic")  # products whose resources are paths


def applies(statement, caller, request):
    """What cannot be told never allows and always denies (2.2, rule 13)."""
    verdict = all_of(
        [
            any(action_fits(each, request.action) for each in as_list(statement["action"])),
            any_of(resource_fits(each, caller, request.resource) for each in as_list(statement["resource"])),
            conditions_hold(statement.get("condition"), caller, request),
        ]
    )
    return statement["effect"] == "deny" if verdict is None else verdict


def read_action(text):
    """Service and API; `name/` may stand before them, neither case nor blanks around them matter (1.2)."""
    service, _, api = text.strip().removeprefix("name/").partition(":")
    return service.strip().lower(), api.strip().lower()


def action_fits(pattern, action):
    """A numbered action set is not known to hold any action (1.2)."""
    if pattern.strip() == "*":
        return True
    if pattern.strip().startswith(("permid/", "actionName/")):
        return False
    return all(fits(*pair) for pair in zip(read_action(pattern), read_action(action), strict=True))


def segments(resource):
    """Service, region, account and the rest of a six-segment name, each without the blanks around it (1.3)."""
    _, _, service, region, owner, tail = (segment.strip() for segment in resource.split(":", 5))
    region = region.lower()
    return service.lower(), f"ap-{REGIONS[region]}" if region in REGIONS else region, owner.lower(), tail


def is_own(caller, resource):
    """Whether it belongs to the caller's root account, which an empty account segment means."""
    if resource == "*":
        return True
    app_id = caller.account["attachments"].get("app_id")
    return segments(resource)[2] in ("", "uin/", "uid/", f"uin/{caller.root}", app_id and f"uid/{app_id}")


def account_fits(owner, caller, resource):
    """Whether a pattern's account segment is that of the resource; an APPID that nobody knows may be anyone's."""
    if owner in ("*", "uin/*", "uid/*"):
        return True
    if owner.startswith("uid/") and owner != "uid/" and not caller.account["attachments"].get("app_id"):
        return None if is_own(caller, resource) else False
    if is_own(caller, f"qcs::::{owner}:x"):
        return is_own(caller, resource)
    return owner == segments(resource)[2]


def resource_fits(pattern, caller, resource):
    """Only a bare `*` covers a request for no resource (6)."""
    if pattern.strip() == "*" or resource == "*":
        return pattern.strip() == "*"
    service, region, owner, tail = segments(pattern)
    own_service, own_region, _, own_tail = segments(resource)
    variables = freeze(caller.variables[0])
    return all_of(
        [
            fits(service or "*", own_service),
            fits(region or "*", own_region),
            account_fits(owner, caller, resource),
            any_of(fits(each, own_tail, variables) for each in with_parent(service, tail)),
        ]
    )


def with_parent(service, tail):
    """Where names are paths, what ends in `/*` covers the directory itself too (1.3)."""
    return [tail, tail.removesuffix("/*")] if service in PATHS and tail.endswith("/*") else [tail]
