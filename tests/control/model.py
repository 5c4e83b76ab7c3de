"""A model of one account, in plain sets: what use cases should do, and what they should refuse."""

from dataclasses import dataclass, field, replace

from authz.control.quotas import DEFAULT_QUOTAS
from tests.builders import allow, deny, document

QUOTAS = replace(
    DEFAULT_QUOTAS,
    policies=3,
    versions_of_a_policy=3,
    attachments_of_a_holder=2,
    users=3,
    groups=2,
    groups_of_a_user=1,
    users_of_a_group=2,
    keys_of_a_user=1,
)
DOCUMENTS = {
    "allows": document(allow("cam:*")),
    "denies": document(deny("cam:ListUsers")),
    "other": document(allow("name/im:*")),
}
"""Documents by what they say of cam:ListUsers."""


@dataclass
class ModelPolicy:
    """A policy: its versions by number, the default one, and the highest number that was given."""

    name: str
    versions: dict
    default: int = 1
    last: int = 1

    @property
    def document(self):
        """What the version in force says."""
        return self.versions[self.default]


@dataclass
class Model:
    """One account. Users, groups and policies by their ids; a refusal is the code that is expected."""

    users: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    policies: dict = field(default_factory=dict)
    members: list = field(default_factory=list)
    attached: list = field(default_factory=list)
    bounds: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)

    def refuses_user(self, name):
        if name.lower() in {each.lower() for each in self.users.values()}:
            return "InvalidParameter.SubUserNameInUse"
        return "InvalidParameter.SubUserFull" if len(self.users) >= QUOTAS.users else None

    def refuses_group(self, name):
        if name.lower() in {each.lower() for each in self.groups.values()}:
            return "InvalidParameter.GroupNameInUse"
        return "InvalidParameter.GroupFull" if len(self.groups) >= QUOTAS.groups else None

    def refuses_policy(self, name):
        if name.lower() in {each.name.lower() for each in self.policies.values()}:
            return "FailedOperation.PolicyNameInUse"
        return "FailedOperation.PolicyFull" if len(self.policies) >= QUOTAS.policies else None

    def refuses_member(self, group, uin):
        if (group, uin) in self.members:
            return None
        if sum(each == uin for _, each in self.members) >= QUOTAS.groups_of_a_user:
            return "InvalidParameter.UserGroupFull"
        if sum(each == group for each, _ in self.members) >= QUOTAS.users_of_a_group:
            return "InvalidParameter.GroupUserFull"
        return None

    def refuses_attachment(self, holder, policy):
        held = [each for owner, each in self.attached if owner == holder]
        return (
            "InvalidParameter.AttachmentFull"
            if policy not in held and len(held) >= QUOTAS.attachments_of_a_holder
            else None
        )

    def refuses_deletion(self, policy):
        return "FailedOperation" if policy in self.bounds.values() else None

    def delete_user(self, uin):
        del self.users[uin]
        self.members = [each for each in self.members if each[1] != uin]
        self.attached = [each for each in self.attached if each[0] != ("user", uin)]
        self.bounds.pop(uin, None)
        self.keys.pop(uin, None)

    def delete_group(self, group):
        del self.groups[group]
        self.members = [each for each in self.members if each[0] != group]
        self.attached = [each for each in self.attached if each[0] != ("group", group)]

    def delete_policy(self, policy):
        del self.policies[policy]
        self.attached = [each for each in self.attached if each[1] != policy]

    def may_list_users(self, uin):
        """Whether the policies of a user allow it cam:ListUsers: an allow, no deny, and the boundary's leave."""
        holders = [("user", uin), *(("group", group) for group, each in self.members if each == uin)]
        said = [self.policies[policy].document for holder, policy in self.attached if holder in holders]
        bound = self.policies[self.bounds[uin]].document if uin in self.bounds else "allows"
        return "allows" in said and "denies" not in said and bound == "allows"
