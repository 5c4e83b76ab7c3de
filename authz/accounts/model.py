"""Account and its parts: one root account with all that decides for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.language.document import PolicyDocument


@dataclass(frozen=True, slots=True)
class Policy:
    """A named policy; `is_preset` where Tencent Cloud made it."""

    name: str
    document: PolicyDocument
    is_preset: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A user group; its policies reach every member."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A sub-account. `boundary` bounds what its policies can allow and never allows by itself."""

    uin: str
    name: str
    policies: tuple[Policy, ...]
    groups: tuple[Group, ...] = ()
    boundary: Policy | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `trust` says who may assume it, `policies` what a session of it may do."""

    name: str
    policies: tuple[Policy, ...]
    trust: PolicyDocument
    boundary: Policy | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One root account: the unit of loading, replacement and sharing. `app_id` is empty where it is not known."""

    uin: str
    app_id: str
    users: Mapping[str, User]
    groups: Mapping[str, Group]
    roles: Mapping[str, Role]
    policies: Mapping[str, Policy]
