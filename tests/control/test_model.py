"""The control plane does what a small model of an account says, whatever the order of calls; on both databases."""

import contextlib
import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from authz.control.plane import ControlPlane
from authz.store.database import Database
from authz.store.secrets import MasterKey
from tests.control.model import DOCUMENTS, QUOTAS, Model, ModelPolicy
from tests.control.planes import Clock, root, user

NAMES = st.sampled_from(["a", "A", "b", "c", "d"])
SAID = st.sampled_from(list(DOCUMENTS))
EXAMPLES = {"sqlite": 15, "postgresql": 4}  # what differs between the databases is tested by the store
ACCOUNTS = itertools.count(500_001)


class AccountMachine(RuleBasedStateMachine):
    """Calls of the root account on an account of its own, each compared with the model."""

    database = None
    users, groups, policies = Bundle("users"), Bundle("groups"), Bundle("policies")

    def __init__(self):
        super().__init__()
        self.plane = ControlPlane(self.database, QUOTAS, Clock())
        self.account = str(next(ACCOUNTS))
        self.root = root(self.account)
        self.plane.accounts.create_account(self.root, uin=self.account)
        self.model = Model()

    def tried(self, refusal, call, *args, **fields):
        """What the call answers; it must be refused with the code `refusal`, if there is one."""
        before = self.plane.revision()
        if refusal is None:
            return call(self.root, *args, **fields)
        with pytest.raises(ControlError) as caught:
            call(self.root, *args, **fields)
        assert (caught.value.code, self.plane.revision()) == (refusal, before)
        return None

    @initialize(target=users)
    def begin_with_users(self):
        return multiple(self.add_user("a"), self.add_user("b"))

    @initialize(target=groups)
    def begin_with_a_group(self):
        return self.create_group("a")

    @initialize(target=policies, other=st.sampled_from(["denies", "other"]))
    def begin_with_policies(self, other):
        return multiple(self.create_policy("a", "allows"), self.create_policy("b", other))

    @rule(target=users, name=NAMES)
    def add_user(self, name):
        made = self.tried(self.model.refuses_user(name), self.plane.users.add_user, name=name)
        if made is None:
            return multiple()
        self.model.users[made.uin] = name
        return made.uin

    @rule(uin=consumes(users), force=st.booleans())
    def delete_user(self, uin, force):
        refusal = "OperationDenied.HaveKeys" if uin in self.model.keys and not force else None
        name = self.model.users.get(uin)
        if name is None:
            return
        self.tried(refusal, self.plane.users.delete_user, name=name.swapcase(), force=force)
        if refusal is None:
            self.model.delete_user(uin)
        else:
            self.tried(None, self.plane.users.delete_user, name=name, force=True)
            self.model.delete_user(uin)

    @rule(target=groups, name=NAMES)
    def create_group(self, name):
        made = self.tried(self.model.refuses_group(name), self.plane.groups.create_group, group_name=name)
        if made is None:
            return multiple()
        self.model.groups[made] = name
        return made

    @rule(group=consumes(groups))
    def delete_group(self, group):
        self.plane.groups.delete_group(self.root, group_id=group)
        self.model.delete_group(group)

    @rule(group=groups, uin=users)
    def join(self, group, uin):
        refusal, info = self.model.refuses_member(group, uin), [GroupMember(group, uin)]
        self.tried(refusal, self.plane.groups.add_user_to_group, info=info)
        if refusal is None and (group, uin) not in self.model.members:
            self.model.members.append((group, uin))

    @rule(group=groups, uin=users)
    def leave(self, group, uin):
        self.plane.groups.remove_user_from_group(self.root, info=[GroupMember(group, uin)])
        with contextlib.suppress(ValueError):
            self.model.members.remove((group, uin))

    @rule(target=policies, name=NAMES, said=SAID)
    def create_policy(self, name, said):
        create = self.plane.policies.create_policy
        made = self.tried(self.model.refuses_policy(name), create, policy_name=name, policy_document=DOCUMENTS[said])
        if made is None:
            return multiple()
        self.model.policies[made] = ModelPolicy(name, {1: said})
        return made

    @rule(policy=policies, said=SAID)
    def update_policy(self, policy, said):
        if policy in self.model.policies:
            self.plane.policies.update_policy(self.root, policy_id=policy, policy_document=DOCUMENTS[said])
            known = self.model.policies[policy]
            known.versions[known.default] = said

    @rule(policy=policies)
    def delete_policy(self, policy):
        if policy in self.model.policies:
            refusal = self.model.refuses_deletion(policy)
            self.tried(refusal, self.plane.policies.delete_policy, policy_id=[policy])
            if refusal is None:
                self.model.delete_policy(policy)

    @rule(policy=policies, said=SAID, default=st.booleans())
    def add_version(self, policy, said, default):
        known = self.model.policies.get(policy)
        refusal = "InvalidParameter.PolicyIdNotExist" if known is None else None
        if known is not None and len(known.versions) >= QUOTAS.versions_of_a_policy:
            refusal = "FailedOperation.PolicyVersionFull"
        fields = {"policy_id": policy, "policy_document": DOCUMENTS[said], "set_as_default": default}
        number = self.tried(refusal, self.plane.versions.create_policy_version, **fields)
        if refusal is None:
            known.last += 1
            assert number == known.last
            known.versions[number] = said
            known.default = number if default else known.default

    @rule(policy=policies, number=st.integers(1, 5), delete=st.booleans())
    def use_version(self, policy, number, delete):
        known = self.model.policies.get(policy)
        if known is None:
            return
        refusal = None if number in known.versions else "InvalidParameter.PolicyVersionNotExists"
        refusal = "FailedOperation.PolicyVersionAlreadyDefault" if number == known.default else refusal
        versions = self.plane.versions
        if delete:
            self.tried(refusal, versions.delete_policy_version, policy_id=policy, version_id=[number])
        else:
            self.tried(refusal, versions.set_default_policy_version, policy_id=policy, version_id=number)
        if refusal is None and delete:
            del known.versions[number]
        elif refusal is None:
            known.default = number

    @rule(policy=policies, uin=users, attach=st.booleans())
    def hold_by_user(self, policy, uin, attach):
        calls = self.plane.attachments
        call, key = (calls.attach_user_policy, "attach_uin") if attach else (calls.detach_user_policy, "detach_uin")
        self._hold(call, ("user", uin), policy, {key: uin}, attach=attach)

    @rule(policy=policies, group=groups, attach=st.booleans())
    def hold_by_group(self, policy, group, attach):
        calls = self.plane.attachments
        call, key = (
            (calls.attach_group_policy, "attach_group_id") if attach else (calls.detach_group_policy, "detach_group_id")
        )
        self._hold(call, ("group", group), policy, {key: group}, attach=attach)

    def _hold(self, call, holder, policy, named, *, attach):
        if policy not in self.model.policies:
            return
        refusal = self.model.refuses_attachment(holder, policy) if attach else None
        self.tried(refusal, call, policy_id=policy, **named)
        if attach and refusal is None and (holder, policy) not in self.model.attached:
            self.model.attached.append((holder, policy))
        elif not attach and (holder, policy) in self.model.attached:
            self.model.attached.remove((holder, policy))

    @rule(uin=users, policy=policies)
    def bound(self, uin, policy):
        if policy in self.model.policies:
            self.plane.boundaries.put_user_permissions_boundary(self.root, target_uin=uin, policy_id=policy)
            self.model.bounds[uin] = policy

    @rule(uin=users, policy=policies, bound=policies)
    def grant_within_a_boundary(self, uin, policy, bound):
        self.hold_by_user(policy, uin, attach=True)
        self.bound(uin, bound)

    @rule(uin=users)
    def unbound(self, uin):
        self.plane.boundaries.delete_user_permissions_boundary(self.root, target_uin=uin)
        self.model.bounds.pop(uin, None)

    @rule(uin=users)
    def make_key(self, uin):
        refusal = "OperationDenied.AccessKeyOverLimit" if uin in self.model.keys else None
        made = self.tried(refusal, self.plane.keys.create_access_key, target_uin=uin)
        if made is not None:
            self.model.keys[uin] = made.access_key_id

    @invariant()
    def lists_show_the_model(self):
        users = self.plane.users.list_users(self.root)
        assert {each.uin: each.name for each in users} == self.model.users
        groups = self.plane.groups.list_groups(self.root).rows
        assert {each.group_id: each.group_name for each in groups} == self.model.groups
        local = self.plane.policies.list_policies(self.root, scope="Local").rows
        assert {row.policy_id: row.policy_name for row in local} == {
            policy: each.name for policy, each in self.model.policies.items()
        }
        for policy in self.model.policies:
            entities = self.plane.attachments.list_entities_for_policy(self.root, policy_id=policy).rows
            held = {holder for holder, each in self.model.attached if each == policy}
            assert {(each.related_type.name.lower(), each.id) for each in entities} == {
                (kind, str(holder)) for kind, holder in held
            }

    @invariant()
    def users_may_do_what_the_model_allows(self):
        for uin in self.model.users:
            try:
                self.plane.users.list_users(user(uin, self.account))
            except ControlError as error:
                assert error.code == "AuthFailure.UnauthorizedOperation"  # noqa: PT017 - no other refusal is right
                assert not self.model.may_list_users(uin)
            else:
                assert self.model.may_list_users(uin)


@pytest.fixture
def database(database_url):
    opened = Database.open(database_url, MasterKey(bytes(32)))
    yield opened
    opened.close()


def test_the_control_plane_is_as_its_model(database):
    machine = type("BoundMachine", (AccountMachine,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES[database.dialect],
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
