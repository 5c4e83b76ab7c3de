"""Small worlds in which mistakes are made: one with room for more, one whose quotas are used up, one that is busy."""

from dataclasses import dataclass, replace

from authz.control.caller import Caller
from authz.control.groups import GroupMember
from authz.control.plane import ControlPlane
from authz.control.quotas import DEFAULT_QUOTAS
from authz.store.author import Channel
from tests.builders import ROOT_UIN
from tests.control.planes import IM_ALL, ROOT_TRUST, SMS_ALL, new_plane, root, user

FULL = replace(
    DEFAULT_QUOTAS,
    policies=3,
    versions_of_a_policy=2,
    attachments_of_a_holder=1,
    users=2,
    groups=2,
    roles=1,
    groups_of_a_user=1,
    users_of_a_group=1,
)
QUOTAS = {
    "roomy": replace(DEFAULT_QUOTAS, policies_in_a_call=3, tags=2),
    "full": FULL,
    "busy": replace(DEFAULT_QUOTAS, users_a_day=2),
}


@dataclass(frozen=True)
class World:
    """Alice (two keys, in the group ops) and bob (bounded by `bound`), policies with two versions, and the role ci."""

    plane: ControlPlane
    alice: str
    bob: str
    im: int
    sms: int
    bound: int
    key: str
    ops: int
    empty: int
    role: str

    @property
    def session(self):
        """A session of the role ci, which has QcloudCamFullAccess."""
        return Caller.role_session(ROOT_UIN, "ci", self.role, "s1", Channel.API)

    @property
    def caller(self):
        """Bob, who may do nothing."""
        return user(self.bob)


def make_world(database, quotas):
    """A world on an empty database."""
    plane, admin = new_plane(database, quotas=quotas), root()
    im, sms, bound = (
        plane.policies.create_policy(admin, policy_name=name, policy_document=IM_ALL) for name in ("im", "sms", "bound")
    )
    plane.versions.create_policy_version(admin, policy_id=im, policy_document=SMS_ALL, set_as_default=False)
    alice, bob = (plane.users.add_user(admin, name=name).uin for name in ("alice", "bob"))
    keys = [plane.keys.create_access_key(admin, target_uin=alice).access_key_id for _ in range(2)]
    ops, empty = (plane.groups.create_group(admin, group_name=name) for name in ("ops", "empty"))
    plane.groups.add_user_to_group(admin, info=[GroupMember(ops, alice)])
    role = plane.roles.create_role(admin, role_name="ci", policy_document=ROOT_TRUST)
    plane.attachments.attach_user_policy(admin, policy_id=im, attach_uin=alice)
    plane.attachments.attach_group_policy(admin, policy_id=im, attach_group_id=ops)
    plane.attachments.attach_role_policy(admin, policy_name="QcloudCamFullAccess", attach_role_id=role)
    plane.boundaries.put_user_permissions_boundary(admin, target_uin=bob, policy_id=bound)
    return World(plane, alice, bob, im, sms, bound, keys[0], ops, empty, role)
