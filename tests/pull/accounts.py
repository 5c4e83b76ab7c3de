"""What tests of the pull share: a random account in the database of a control plane, questions, and the comparison."""

import os
import random
import subprocess
import sys
from dataclasses import replace

from authz.app.opening import opened_plane
from authz.control.groups import GroupMember
from authz.engine.request import parse_request
from authz.store.account_assembly import assemble
from tests.builders import ROOT_UIN, allow, deny, document, engine, im_app, sms_app
from tests.control.directories import author, rows_of
from tests.control.planes import ROOT_TRUST, root
from tests.control_plane import MASTER_KEY, ROOT
from tests.waiting import DEADLINE

ACTIONS = ("im:DescribeUsers", "im:DeleteSdkappid", "im:SendMsg", "sms:SendSms", "sms:PullSmsSendStatus", "cam:GetUser")
RESOURCES = (
    "*",
    *(im_app(f"140000000{last}") for last in range(4)),
    *(sms_app(f"140000000{last}") for last in range(3)),
)
PRESETS = (
    "QcloudAVCFullAccess",
    "QcloudIMReadOnlyAccess",
    "QcloudSMSFullAccess",
    "ReadOnlyAccess",
    "AdministratorAccess",
)
_PATTERNS = (
    "name/im:*",
    "name/sms:*",
    "name/im:Describe*",
    "name/sms:SendSms",
    "name/im:DeleteSdkappid",
    "name/cam:Get*",
)


def fill(url, users, policies, seed=1):
    """Write a random account: a group for five users, a role for ten, boundaries, presets, a remark on one of them."""
    rng, admin = random.Random(seed), root()
    with opened_plane(url) as plane:
        made = [
            plane.policies.create_policy(
                admin,
                policy_name=f"policy-{number}",
                policy_document=_document(rng),
                description=f"policy number {number}",
            )
            for number in range(policies)
        ]
        presets = {row.policy_name: row.policy_id for row in _presets(plane, admin)}
        pool = [*made, *(presets[name] for name in PRESETS)]
        plane.policies.update_policy(admin, policy_id=presets[PRESETS[0]], alias="chat, all of it")
        plane.versions.create_policy_version(
            admin, policy_id=made[0], policy_document=document(allow("name/im:*")), set_as_default=True
        )
        groups = [
            plane.groups.create_group(admin, group_name=f"group {number}", remark="of five")
            for number in range(max(2, users // 5))
        ]
        for number in range(users):
            uin = plane.users.add_user(admin, name=f"user-{number}", remark=f"number {number}", phone_num="123").uin
            for policy in rng.sample(pool, 2):
                plane.attachments.attach_user_policy(admin, policy_id=policy, attach_uin=uin)
            for group in rng.sample(groups, 2):
                plane.groups.add_user_to_group(admin, info=[GroupMember(group, uin)])
            if rng.random() < 0.2:
                plane.boundaries.put_user_permissions_boundary(admin, target_uin=uin, policy_id=rng.choice(pool))
        for group in groups:
            plane.attachments.attach_group_policy(admin, policy_id=rng.choice(pool), attach_group_id=group)
        for number in range(users // 10):
            role = plane.roles.create_role(admin, role_name=f"role-{number}", policy_document=ROOT_TRUST)
            plane.attachments.attach_role_policy(admin, policy_id=rng.choice(pool), attach_role_id=role)
            if number % 2:
                plane.boundaries.put_role_permissions_boundary(admin, policy_id=rng.choice(pool), role_id=role)


def _presets(plane, admin):
    return plane.policies.list_policies(admin, scope="QCS", rp=200).rows


def _document(rng):
    statements = [allow(rng.choice(_PATTERNS), rng.choice(RESOURCES))]
    if rng.random() < 0.4:
        statements.append(deny(rng.choice(_PATTERNS), rng.choice(RESOURCES)))
    if rng.random() < 0.3:
        condition = {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}
        statements.append(allow("name/sms:*", condition=condition))
    return document(*statements)


def pull(plane, *arguments, endpoint="", background=False, **environment):
    """Run `authz pull` with the key of root of a control plane process, as fast as it can."""
    command = [sys.executable, "-m", "authz", "pull", "--endpoint", endpoint or plane.address, *map(str, arguments)]
    if "--calls-per-second" not in command:
        command += ["--calls-per-second", "10000"]
    settings = {
        "cwd": ROOT,
        "env": {
            **os.environ,
            "AUTHZ_MASTER_KEY": MASTER_KEY,
            "NO_PROXY": "127.0.0.1",
            "TENCENTCLOUD_SECRET_ID": plane.root["SecretId"],
            "TENCENTCLOUD_SECRET_KEY": plane.root["SecretKey"],
            **environment,
        },
    }
    if background:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings)
    return subprocess.run(command, capture_output=True, text=True, timeout=4 * DEADLINE, **settings)


def stored(url):
    """The account of a database, as a sidecar decides by it."""
    with opened_plane(url) as plane:
        return assemble(rows_of(plane)[0])


def comparable(url):
    """The rows of an account without what CAM's lists do not tell; times in whole seconds, as CAM shows them."""
    with opened_plane(url) as plane:
        rows, aliases = rows_of(plane)
    defaults = {policy.id: policy.default_version for policy in rows.policies}
    found = {
        "account": rows.account.app_id,
        "users": rows.users,
        "groups": rows.groups,
        "roles": rows.roles,
        "memberships": {replace(each, joined_at=0.0, position=0) for each in rows.memberships},
        "policies": [replace(each, default_version=1, last_version=1) for each in rows.policies],
        "texts": {each.policy_id: each.document for each in rows.versions if each.version == defaults[each.policy_id]},
        "attachments": [_plain(each) for each in rows.attachments],
        "aliases": aliases,
    }
    return {
        kind: [_whole(each) for each in rows] if isinstance(rows, tuple | list) else rows
        for kind, rows in found.items()
    }


def _plain(attachment):
    """CAM does not tell who attached a policy to a role."""
    is_of_role = attachment.holder.name == "ROLE"
    return replace(attachment, position=0, attached_by="" if is_of_role else attachment.attached_by)


def _whole(record):
    times = {name: float(int(getattr(record, name))) for name in record.__slots__ if name.endswith("_at")}
    return replace(record, **times)


def questions(account, count, seed=2):
    """Random requests of the users and roles of an account."""
    rng = random.Random(seed)
    owner = f"qcs::cam::uin/{ROOT_UIN}"
    principals = [
        *(f"{owner}:uin/{uin}" for uin in account.users),
        *(f"{owner}:roleName/{name}" for name in account.roles),
    ]
    return [
        parse_request(rng.choice(principals), rng.choice(ACTIONS), rng.choice(RESOURCES), rng.choice(_CONTEXTS))
        for _ in range(count)
    ]


_CONTEXTS = ({}, {"qcs:ip": "10.1.2.3"}, {"qcs:ip": "192.0.2.1"})


def decisions(account, asked):
    """The decision on each request, with its reason; the first of several allowing statements is of no matter."""
    decide = engine(account).decide
    return [(decision.allowed, decision.reason) for decision in map(decide, asked)]


def ordered(account):
    """An account whose users list their groups by name, since CAM does not tell in which order they joined."""
    users = {
        uin: replace(user, groups=tuple(sorted(user.groups, key=lambda group: group.name)))
        for uin, user in account.users.items()
    }
    return replace(account, users=users)


def rewrite(url, name, text):
    """Put a text into a database that its own control plane would refuse, as CAM may have it."""
    with opened_plane(url) as plane, plane.database.write(author()) as writer:
        policy = writer.policies.find_by_name(ROOT_UIN, name)
        found = writer.versions.get(ROOT_UIN, policy.id, policy.default_version)
        writer.versions.update(replace(found, document=text))
