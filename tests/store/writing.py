"""What tests of the store write: an author, and small accounts."""

from authz.store.author import Author, Channel
from authz.store.records import (
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    PolicyRecord,
    RoleRecord,
    UserRecord,
)

ROOT = "100"
OTHER = "200"
ALLOW = '{"version": "2.0", "statement": [{"effect": "allow", "action": "name/im:*", "resource": "*"}]}'
TRUST = (
    '{"version": "2.0", "statement": [{"effect": "allow", "action": "name/sts:AssumeRole", '
    '"principal": {"qcs": ["qcs::cam::uin/100:root"]}}]}'
)


def author(action="AddUser", account=ROOT):
    return Author(account, f"qcs::cam::uin/{account}:root", Channel.API, action, "request-1", "192.0.2.1")


def write_small_account(database, account=ROOT):
    """Alice in the group ops, a role, and a policy that each of them holds and that bounds alice."""
    with database.write(author("ImportAccount", account)) as writer:
        policy = writer.policies.add(PolicyRecord(account, 0, "im-all"), ALLOW)
        alice = writer.users.add(UserRecord(account, "", "alice", boundary_id=policy.id))
        group = writer.groups.add(GroupRecord(account, 0, "ops"))
        role = writer.roles.add(RoleRecord(account, "", "ci", TRUST))
        writer.memberships.add(MembershipRecord(account, group.id, alice.uin))
        for holder, holder_id in (
            (HolderKind.USER, alice.uin),
            (HolderKind.GROUP, str(group.id)),
            (HolderKind.ROLE, role.id),
        ):
            writer.attachments.add(AttachmentRecord(account, holder, holder_id, policy.id))
    return policy, alice, group, role
