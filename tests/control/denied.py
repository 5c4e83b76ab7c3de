"""Calls of every use case of the API by a caller without rights: what each is denied on."""

import inspect
import re

import pytest

from authz.control.errors import ControlError
from authz.control.groups import GroupMember

FAMILIES = (
    *("policies", "versions", "attachments", "boundaries"),
    *("users", "groups", "roles", "keys", "summary", "passwords", "sts"),
)
"""The families of a plane that the API reaches; others are of the console and the command line."""
FOR_EVERYONE = "GetUserAppId"
_DENIAL = re.compile(r"operation \((\w+:\w+)\)\nresource \((.*)\) has no permission")


def methods(plane):
    """The use cases of a plane by action, each with the names of its keywords that have no default."""
    for family in [getattr(plane, name) for name in FAMILIES]:
        for name, method in inspect.getmembers(family, inspect.ismethod):
            parameters = inspect.signature(method).parameters
            if not name.startswith("_") and "caller" in parameters:
                needed = [key for key, each in parameters.items() if each.default is each.empty and key != "caller"]
                yield "".join(part.capitalize() for part in name.split("_")), method, needed


def denials(world):
    """For each action, in alphabetical order: what CAM calls it, and the resource that the caller is denied."""
    found = {}
    for action, method, needed in methods(world.plane):
        if action != FOR_EVERYONE:
            with pytest.raises(ControlError) as caught:
                method(world.caller, **_fields(world, method, needed, action))
            assert caught.value.code == "AuthFailure.UnauthorizedOperation", (action, caught.value.message)
            found[action] = _DENIAL.search(caught.value.message).groups()
    return dict(sorted(found.items()))


def _fields(world, method, needed, action):
    given = {
        "policy_id": [world.im] if action == "DeletePolicy" else world.im,
        "info": [GroupMember(world.ops, world.alice)],
        "name": "alice",
        "access_key_id": world.key,
        "role_arn": "qcs::cam::uin/12345678:roleName/ci",
        **dict.fromkeys(("target_uin", "attach_uin", "detach_uin"), world.alice),
        **dict.fromkeys(("group_id", "target_group_id", "attach_group_id", "detach_group_id"), world.ops),
    }
    named = {
        **dict.fromkeys(("role_name", "attach_role_name", "detach_role_name"), "ci"),
        **dict.fromkeys(("target_uin", "sub_uin"), world.alice),
        "policy_id": world.im,
    }
    fields = {key: given.get(key, "x") for key in needed}
    optional = inspect.signature(method).parameters.keys() - fields.keys()
    return fields | {key: value for key, value in named.items() if key in optional}
