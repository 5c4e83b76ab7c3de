"""What a policy directory has no place for: ids, descriptions, versions and times, as `control.yaml` holds them.

Each field bears the name that it has in the record of the store; one that is absent (None) leaves the database as it
is, or takes the record's default. Secrets are never among them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from authz.language.report import Path, Report
from authz.store.records import FIRST_CUSTOM_POLICY

T = TypeVar("T")
Read = Callable[[Any, Path, Report], Any]
_LARGEST = 2**63 - 1


def _of(read: Read) -> Any:
    """A field that may be absent. A reader answers None for a value that it reports."""
    return field(default=None, metadata={"read": read})


def _each(read_entry: Read) -> Any:
    """A field that holds one entry for each name."""

    def read(value: Any, path: Path, report: Report) -> Any:
        return _entries(value, path, report, read_entry)

    return field(default_factory=dict, metadata={"read": read})


def _wrong(path: Path, report: Report, expected: str) -> Any:
    report.error("InvalidDetails", path, f"`{path[-1]}` must be {expected}")
    return None


def _text(value: Any, path: Path, report: Report) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _wrong(path, report, "a string")


def _flag(value: Any, path: Path, report: Report) -> Any:
    return value if isinstance(value, bool) else _wrong(path, report, "true or false")


def _number_from(least: int) -> Read:
    def read(value: Any, path: Path, report: Report) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= _LARGEST:
            return value
        return _wrong(path, report, f"a whole number from {least} up")

    return read


def _role_id(value: Any, path: Path, report: Report) -> Any:
    text = str(value)
    if text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST:
        return text
    return _wrong(path, report, "the id of a role: digits")


def _time(value: Any, path: Path, report: Report) -> Any:
    # YAML is read by the rules of JSON, where a number with a point is a string.
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return _wrong(path, report, "a time in seconds since 1970")


def _tags(value: Any, path: Path, report: Report) -> Any:
    if isinstance(value, dict) and all(isinstance(each, str | int) for each in value.values()):
        return tuple((str(key), str(each)) for key, each in value.items())
    return _wrong(path, report, "an object of strings")


def _entry_of(kind: type[T]) -> Read:
    return lambda value, path, report: _entry(value, path, report, kind)


def _entry(value: Any, path: Path, report: Report, kind: type[T]) -> T | None:
    if value is None:
        return kind()
    if not isinstance(value, dict):
        report.error("InvalidDetails", path, "expected an object")
        return None
    known: Mapping[str, Read] = {each.name: each.metadata["read"] for each in fields(kind)}  # type: ignore[arg-type]
    found = {}
    for key, given in value.items():
        where = (*path, str(key))
        if key not in known:
            message = f"unknown key `{key}`; expected one of {', '.join(known)}"
            report.error("UnknownKey", where, message)
        elif given is not None and (each := known[key](given, where, report)) is not None:
            found[key] = each
    return kind(**found)


def _entries(value: Any, path: Path, report: Report, read: Read) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        report.error("InvalidDetails", path, f"`{path[-1]}` must be an object with an entry for each name")
        return None
    found = {str(key): read(each, (*path, str(key)), report) for key, each in value.items()}
    return {key: each for key, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class AttachedDetails:
    """When and by whom a policy was attached; `position` orders the policies of all holders."""

    attached_at: float | None = _of(_time)
    attached_by: str | None = _of(_text)
    position: int | None = _of(_number_from(1))


@dataclass(frozen=True, slots=True)
class JoinedDetails:
    """When a user joined a group; `position` orders all memberships."""

    joined_at: float | None = _of(_time)
    position: int | None = _of(_number_from(1))


@dataclass(frozen=True, slots=True)
class UserDetails:
    """Details of a user; `groups` and `policies` are those that attachments.yaml lists, by name."""

    uid: int | None = _of(_number_from(1))
    remark: str | None = _of(_text)
    console_login: bool | None = _of(_flag)
    phone_num: str | None = _of(_text)
    country_code: str | None = _of(_text)
    email: str | None = _of(_text)
    created_at: float | None = _of(_time)
    groups: Mapping[str, JoinedDetails] = _each(_entry_of(JoinedDetails))
    policies: Mapping[str, AttachedDetails] = _each(_entry_of(AttachedDetails))


@dataclass(frozen=True, slots=True)
class GroupDetails:
    """Details of a group."""

    id: int | None = _of(_number_from(1))
    remark: str | None = _of(_text)
    created_at: float | None = _of(_time)
    policies: Mapping[str, AttachedDetails] = _each(_entry_of(AttachedDetails))


@dataclass(frozen=True, slots=True)
class RoleDetails:
    """Details of a role; `trust` is the text of its trust policy, of which attachments.yaml holds the value."""

    id: str | None = _of(_role_id)
    trust: str | None = _of(_text)
    description: str | None = _of(_text)
    console_login: bool | None = _of(_flag)
    session_duration: int | None = _of(_number_from(0))
    created_at: float | None = _of(_time)
    updated_at: float | None = _of(_time)
    policies: Mapping[str, AttachedDetails] = _each(_entry_of(AttachedDetails))


@dataclass(frozen=True, slots=True)
class VersionDetails:
    """A version of a policy; the default one has no `document` here, since it is the policy's file."""

    created_at: float | None = _of(_time)
    document: str | None = _of(_text)


@dataclass(frozen=True, slots=True)
class PolicyDetails:
    """Details of a custom policy; `versions` by number are all of them, unless there are none."""

    id: int | None = _of(_number_from(FIRST_CUSTOM_POLICY))
    description: str | None = _of(_text)
    create_mode: int | None = _of(_number_from(1))
    default_version: int | None = _of(_number_from(1))
    last_version: int | None = _of(_number_from(1))
    tags: tuple[tuple[str, str], ...] | None = _of(_tags)
    created_at: float | None = _of(_time)
    updated_at: float | None = _of(_time)
    versions: Mapping[str, VersionDetails] = _each(_entry_of(VersionDetails))


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """Details of the account itself; `password_rules` is JSON, empty for the default rules."""

    name: str | None = _of(_text)
    created_at: float | None = _of(_time)
    password_rules: str | None = _of(_text)
    password_rules_at: float | None = _of(_time)
    password_rules_by: str | None = _of(_text)


@dataclass(frozen=True, slots=True)
class Details:
    """Everything of one account: users by uin, groups, roles and policies by name, remarks on presets by name."""

    account: AccountDetails = field(default_factory=AccountDetails, metadata={"read": _entry_of(AccountDetails)})
    users: Mapping[str, UserDetails] = _each(_entry_of(UserDetails))
    groups: Mapping[str, GroupDetails] = _each(_entry_of(GroupDetails))
    roles: Mapping[str, RoleDetails] = _each(_entry_of(RoleDetails))
    policies: Mapping[str, PolicyDetails] = _each(_entry_of(PolicyDetails))
    preset_aliases: Mapping[str, str] = _each(_text)


def parse_details(value: Any, report: Report) -> Details:
    """The details of a parsed file. Errors go into `report`; the result must not be used if there are any."""
    return _entry(value, (), report, Details) or Details()


def details_value(details: Any) -> dict[str, Any]:
    """Details as plain values, to be written to the file; what is absent or empty is left out."""
    found: dict[str, Any] = {}
    for each in fields(details):
        value = _plain(getattr(details, each.name))
        if value is not None and value != {}:
            found[each.name] = value
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return dict(value)
    return details_value(value) if hasattr(value, "__dataclass_fields__") else value
