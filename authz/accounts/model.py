"""One root account: its users, groups, roles and policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.language.document import PolicyDocument


@dataclass(frozen=True, slots=True)
class Policy:
    """A named policy; `is_preset` marks those that Tencent Cloud defines."""

    name: str
    document: PolicyDocument
    is_preset: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A user group; its policies apply to every member."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A sub-account. `boundary` limits what its policies can allow; it allows nothing by itself."""

    uin: str
    name: str
    policies: tuple[Policy, ...]
    groups: tuple[Group, ...] = ()
    boundary: Policy | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `trust` names the principals that may assume it, `policies` apply to its sessions."""

    name: str
    policies: tuple[Policy, ...]
    trust: PolicyDocument
    boundary: Policy | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One root account: the unit of loading, replacement and sharing. `app_id` is empty if unknown."""

    uin: str
    app_id: str
    users: Mapping[str, User]
    groups: Mapping[str, Group]
    roles: Mapping[str, Role]
    policies: Mapping[str, Policy]
