"""A small account for tests of actions: users, groups, roles and policies, and the names that tests have for them."""

import json
from dataclasses import dataclass, field

from tests.control_plane import ACCOUNT, call

PRESET, ADMINISTRATOR = 524252, 1
ALL_IM = '{"version":"2.0","statement":[{"effect":"allow","action":["name/im:*"],"resource":["*"]}]}'
TRUST = json.dumps(
    {
        "version": "2.0",
        "statement": [
            {
                "effect": "allow",
                "action": "name/sts:AssumeRole",
                "principal": {"qcs": [f"qcs::cam::uin/{ACCOUNT}:root"]},
            }
        ],
    }
)
PASSWORD = "Correct-Horse-7"


@dataclass
class World:
    """Clients and ids. Parameters of calls may name an id as `$name`, also inside lists."""

    root: object
    names: dict = field(default_factory=dict)
    clients: dict = field(default_factory=dict)

    def resolved(self, value):
        """A value in which `$name` is the id of that name."""
        if isinstance(value, str) and value.startswith("$"):
            return self.names[value[1:]]
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if isinstance(value, dict):
            return {name: self.resolved(each) for name, each in value.items()}
        return value

    def call(self, action, parameters=None, caller="root"):
        """Call an action through the SDK, as root unless another caller is named; its typed answer."""
        return call(self.clients.get(caller, self.root), action, **self.resolved(parameters or {}))


def make_world(plane):
    """Fill the account of a control plane that has just begun."""
    world = World(plane.client())
    names = world.names
    names.update(account=int(ACCOUNT), preset=PRESET, administrator=ADMINISTRATOR, root_key=plane.root["SecretId"])
    for name in ("alice", "bob", "carol"):
        user = world.call("AddUser", {"Name": name, "UseApi": 0 if name == "carol" else 1})
        names[name], names[f"{name}_uid"], names[f"{name}_key"] = user.Uin, user.Uid, user.SecretId
        if user.SecretId:
            world.clients[name] = plane.client({"SecretId": user.SecretId, "SecretKey": user.SecretKey})
    for name in ("policy", "spare", "bound"):
        names[name] = world.call("CreatePolicy", {"PolicyName": name, "PolicyDocument": ALL_IM}).PolicyId
    for name in ("group", "other_group"):
        names[name] = world.call("CreateGroup", {"GroupName": name}).GroupId
    for name in ("role", "other_role"):
        names[name] = world.call("CreateRole", {"RoleName": name, "PolicyDocument": TRUST}).RoleId
    world.call("CreatePolicyVersion", {"PolicyId": "$policy", "PolicyDocument": ALL_IM, "SetAsDefault": False})
    world.call("AddUserToGroup", {"Info": [{"GroupId": "$group", "Uin": "$alice"}]})
    world.call("AttachUserPolicy", {"PolicyId": "$preset", "AttachUin": "$alice"})
    world.call("AttachUserPolicy", {"PolicyId": "$policy", "AttachUin": "$alice"})
    world.call("AttachGroupPolicy", {"PolicyId": "$policy", "AttachGroupId": "$group"})
    world.call("AttachRolePolicy", {"PolicyId": "$policy", "AttachRoleId": "$role"})
    world.call("PutUserPermissionsBoundary", {"TargetUin": "$carol", "PolicyId": "$bound"})
    return world
