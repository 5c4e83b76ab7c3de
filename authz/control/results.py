"""What use cases answer: frozen rows and details, before a door renders them.

Uins, role ids and app ids are strings of digits; policy ids, group ids, uids and version numbers are integers; times
are seconds since the epoch, 0 if unknown.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

from authz.control.names import Tag
from authz.control.passwords import PasswordRules

T = TypeVar("T")


class PolicyType(IntEnum):
    """The type of a policy, with CAM's numbers."""

    CUSTOM = 1
    PRESET = 2


class RelatedType(IntEnum):
    """The kind of an entity that holds a policy, with CAM's numbers."""

    USER = 1
    GROUP = 2
    ROLE = 3


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `total` counts all rows that the filters admit."""

    total: int
    rows: tuple[T, ...]


# Policies ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy in a list. `attachments` are the users, groups and roles that hold it, `boundaries` those it bounds."""

    policy_id: int
    policy_name: str
    policy_type: PolicyType
    description: str
    create_mode: int
    service_type: str
    add_time: float
    update_time: float
    attachments: int
    boundaries: int
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyDetail:
    """A policy with the document of its default version; `preset_alias` is the account's remark on a preset."""

    policy_id: int
    policy_name: str
    policy_type: PolicyType
    description: str
    add_time: float
    update_time: float
    policy_document: str
    preset_alias: str = ""
    create_mode: int = 2
    service_type: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of a policy; `document` is empty in lists."""

    version_id: int
    create_date: float
    is_default_version: bool
    document: str = ""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The permissions boundary of a user or a role."""

    policy_id: int
    policy_name: str
    policy_document: str
    policy_type: PolicyType
    create_mode: int


# Attachments ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy of a user, group or role. `operate_uin` attached it: a uin, or the id of a role."""

    policy_id: int
    policy_name: str
    policy_type: PolicyType
    description: str
    create_mode: int
    add_time: float
    operate_owner_uin: str = ""
    operate_uin: str = ""
    operated_by_role: bool = False


@dataclass(frozen=True, slots=True)
class GroupRef:
    """The group through which a user has a policy."""

    group_id: int
    group_name: str


@dataclass(frozen=True, slots=True)
class AttachedUserPolicy:
    """A policy that a user has directly, by groups, or both; `groups` are those that give it."""

    policy_id: int
    policy_name: str
    policy_type: PolicyType
    description: str
    create_mode: int
    add_time: float
    is_direct: bool
    groups: tuple[GroupRef, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, group or role that a policy is attached to; `uin` is empty except for users."""

    id: str
    name: str
    uin: str
    related_type: RelatedType
    attachment_time: float


@dataclass(frozen=True, slots=True)
class GrantedAction:
    """An action of a service that an identity is granted."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class GrantingPolicy:
    """A policy that grants actions of a service."""

    policy_id: int
    policy_name: str
    policy_type: PolicyType
    description: str


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """A service that policies grant to an identity; `actions` are listed for one service only, when asked for."""

    service_type: str
    service_name: str
    actions: tuple[GrantedAction, ...]
    policies: tuple[GrantingPolicy, ...]


# Users and groups ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user that was just made. `password` is empty unless generated; the secret is never shown again."""

    uin: str
    name: str
    uid: int
    password: str = field(default="", repr=False)
    secret_id: str = ""
    secret_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """A sub-account; `login_ip` and `login_time` are those of its last sign-in at the console."""

    uin: str
    name: str
    uid: int
    remark: str
    console_login: bool
    phone_num: str
    country_code: str
    email: str
    create_time: float
    login_ip: str = ""
    login_time: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """A user group; `members` is filled by get_group only."""

    group_id: int
    group_name: str
    remark: str
    create_time: float
    members: tuple[User, ...] = ()


# Roles and keys ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `session_duration` is the longest session in seconds, `role_arn` the name that AssumeRole takes."""

    role_id: str
    role_name: str
    policy_document: str
    description: str
    add_time: float
    update_time: float
    console_login: bool
    session_duration: int
    role_arn: str
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key; `secret_access_key` is filled only when the key is created."""

    access_key_id: str
    status: str
    create_time: float
    description: str
    secret_access_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SecretLastUsed:
    """When a key last signed a request, 0 if never; with a resolution that the door chooses."""

    secret_id: str
    last_used: float


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """The credentials of a role session. `expired_time` is when they end."""

    tmp_secret_id: str
    tmp_secret_key: str = field(repr=False)
    token: str = field(repr=False)
    expired_time: float


# Account -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """How many of each an account has; `members` are the users that are in a group."""

    policies: int
    roles: int
    users: int
    groups: int
    members: int
    identity_providers: int = 0


@dataclass(frozen=True, slots=True)
class UserAppId:
    """The numbers of the caller: its uin, the root account's uin and its APPID, empty if not known."""

    uin: str
    owner_uin: str
    app_id: str


@dataclass(frozen=True, slots=True)
class PasswordRulesDetail:
    """The password rules of an account, and who changed them when; empty and 0 for CAM's default."""

    rules: PasswordRules
    update_time: float
    modifier: str
