"""The records of the store, one a row: what use cases read and write.

Uins are strings of digits, ids and uids integers, ids of roles strings of digits, as in the CAM API. Times are seconds
since the epoch. An id of 0 (or empty, for a uin or a role's id) in a record that is added is filled by the store.
"""

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar

Tags = tuple[tuple[str, str], ...]
FIRST_CUSTOM_POLICY = 1_000_001
"""Ids of policies from here on are custom policies; those below are presets."""


class HolderKind(Enum):
    """What a policy is attached to, numbered as the `RelatedType` of the CAM API."""

    USER = 1
    GROUP = 2
    ROLE = 3


class KeyStatus(Enum):
    """Whether an access key signs, spelt as in the CAM API."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


def _secret(default: str = "") -> Any:
    """A field that is never shown, nor written to the change log."""
    return field(default=default, repr=False, metadata={"secret": True})


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A root account. `revision` is that of its last change, kept by the store and ignored when written.

    `password_rules` is JSON, empty for CAM's default rules; `password_rules_by` is the uin or role that changed them.
    """

    entity: ClassVar[str] = "account"
    uin: str
    app_id: str = ""
    name: str = ""
    created_at: float = 0.0
    password_rules: str = ""
    password_rules_at: float = 0.0
    password_rules_by: str = ""
    revision: int = field(default=0, compare=False, metadata={"kept_by_store": True})

    @property
    def account(self) -> str:
        """Its uin, as all other records name their account."""
        return self.uin


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A sub-account; its name is unique in the account without regard to case, unless empty."""

    entity: ClassVar[str] = "user"
    account: str
    uin: str
    name: str
    uid: int = 0
    remark: str = ""
    console_login: bool = False
    phone_num: str = ""
    country_code: str = ""
    email: str = ""
    boundary_id: int | None = None
    tags: Tags = ()
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A user group; its name is unique in the account without regard to case."""

    entity: ClassVar[str] = "group"
    account: str
    id: int
    name: str
    remark: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """A user in a group. `position` orders the groups of a user as they were joined; the store fills it."""

    entity: ClassVar[str] = "membership"
    account: str
    group_id: int
    uin: str
    joined_at: float = 0.0
    position: int = 0


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """A role. `trust` is the text of its trust policy; its name is unique without regard to case."""

    entity: ClassVar[str] = "role"
    account: str
    id: str
    name: str
    trust: str
    description: str = ""
    console_login: bool = False
    session_duration: int = 7200
    boundary_id: int | None = None
    tags: Tags = ()
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A custom policy, without its text, which its versions have.

    `last_version` is the highest number that was ever given, since numbers are not used again. `create_mode` is that of
    the CAM API: 1 by product, 2 by syntax, 3 by generator, 4 by tag.
    """

    entity: ClassVar[str] = "policy"
    account: str
    id: int
    name: str
    description: str = ""
    create_mode: int = 2
    default_version: int = 1
    last_version: int = 1
    tags: Tags = ()
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class PolicyVersionRecord:
    """One version of a custom policy; `document` is its text as it was given."""

    entity: ClassVar[str] = "policy_version"
    account: str
    policy_id: int
    version: int
    document: str
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A policy, custom or preset, that is attached to a user (by uin), a group or a role (by id).

    `attached_by` is `uin/` and a uin, or `role/` and the id of a role; empty if unknown. `position` orders the policies
    of a holder as they were attached; the store fills it.
    """

    entity: ClassVar[str] = "attachment"
    account: str
    holder: HolderKind
    holder_id: str
    policy_id: int
    attached_at: float = 0.0
    attached_by: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class PresetAliasRecord:
    """An account's remark on a preset policy."""

    entity: ClassVar[str] = "preset_alias"
    account: str
    policy_id: int
    alias: str


@dataclass(frozen=True, slots=True)
class AccessKeyRecord:
    """An access key of a user, or of the root account if `uin` is the account's; its secret stands apart, sealed."""

    entity: ClassVar[str] = "access_key"
    account: str
    secret_id: str
    uin: str
    status: KeyStatus = KeyStatus.ACTIVE
    description: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class PasswordRecord:
    """The console password of a user, or of the root account if `uin` is the account's, as an argon2 hash."""

    entity: ClassVar[str] = "password"
    account: str
    uin: str
    hash: str = _secret()
    needs_reset: bool = False
    changed_at: float = 0.0


Record = (
    AccountRecord
    | UserRecord
    | GroupRecord
    | MembershipRecord
    | RoleRecord
    | PolicyRecord
    | PolicyVersionRecord
    | AttachmentRecord
    | PresetAliasRecord
    | AccessKeyRecord
    | PasswordRecord
)
RECORDS: tuple[type[Record], ...] = (
    AccountRecord,
    UserRecord,
    GroupRecord,
    MembershipRecord,
    RoleRecord,
    PolicyRecord,
    PolicyVersionRecord,
    AttachmentRecord,
    PresetAliasRecord,
    AccessKeyRecord,
    PasswordRecord,
)


def plain_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a kind of record that the change log may hold: no secrets, and nothing that the store keeps."""
    return tuple(each.name for each in fields(kind) if not each.metadata.keys() & {"secret", "kept_by_store"})


def to_plain(record: Record) -> dict[str, Any]:
    """A record as JSON values, without its secrets."""
    found = {name: getattr(record, name) for name in plain_fields(type(record))}
    for name, value in found.items():
        if isinstance(value, Enum):
            found[name] = value.value
        elif isinstance(value, tuple):
            found[name] = dict(value)
    return found


_KINDS = {"holder": HolderKind, "status": KeyStatus}


def from_plain(kind: type[Record], values: dict[str, Any]) -> Record:
    """The record that `to_plain` made these values of, perhaps of an earlier version; secrets are empty.

    Raises:
        TypeError: if a field is missing that has no default.
    """
    given = {name: values[name] for name in plain_fields(kind) if name in values}
    for name, enum in _KINDS.items():
        if name in given:
            given[name] = enum(given[name])
    if "tags" in given:
        given["tags"] = tuple(given["tags"].items())
    return kind(**given)
