"""Parses an attachments file: the policies of each user, group and role, before names are resolved."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from authz.language.document import PolicyDocument, PolicyKind
from authz.language.parse import check_length, parse_document
from authz.language.report import Path, Report

_UIN = re.compile(r"[1-9][0-9]{0,19}")
_ROLE_NAME = re.compile(r"[^\s:/]+")


class Name(NamedTuple):
    """A reference to a policy or group by name, and its path in the file."""

    text: str
    path: Path


class Identity(NamedTuple):
    """A user, group or role as written; attributes that its kind does not have are empty."""

    key: str
    name: str
    path: Path
    policies: tuple[Name, ...]
    groups: tuple[Name, ...] = ()
    boundary: Name | None = None
    tags: tuple[tuple[str, str], ...] = ()
    trust: PolicyDocument | None = None


@dataclass(frozen=True, slots=True)
class Attachments:
    """The contents of one attachments file."""

    account: str
    app_id: str
    users: tuple[Identity, ...]
    groups: tuple[Identity, ...]
    roles: tuple[Identity, ...]


def parse_attachments(value: Any, report: Report) -> Attachments:
    """Parse the value of an attachments file. Errors go into `report`; the result must not be used if there are any."""
    if not isinstance(value, dict):
        report.error("InvalidAttachments", (), "expected an object with `account`, `users`, `groups` and `roles`")
        return Attachments("", "", (), (), ())
    _unknown_keys(value, _FILE_KEYS, (), report)
    return Attachments(
        account=_number(value, "account", (), report, required=True),
        app_id=_number(value, "app_id", (), report),
        users=_identities(value, "users", "uin", report),
        groups=_identities(value, "groups", "name", report),
        roles=_identities(value, "roles", "name", report),
    )


_FILE_KEYS = frozenset({"account", "app_id", "users", "groups", "roles"})
_KEYS = {
    "users": frozenset({"uin", "name", "groups", "policies", "boundary", "tags"}),
    "groups": frozenset({"name", "policies"}),
    "roles": frozenset({"name", "policies", "trust", "boundary", "tags"}),
}
_DUPLICATES = {"users": "DuplicateUin", "groups": "DuplicateGroup", "roles": "DuplicateRole"}


def _identities(value: dict[str, Any], kind: str, key: str, report: Report) -> tuple[Identity, ...]:
    entries = value.get(kind)
    if entries is None:
        return ()
    if not isinstance(entries, list):
        report.error("InvalidAttachments", (kind,), f"`{kind}` must be a list")
        return ()
    found = [_identity(entry, kind, key, (kind, index), report) for index, entry in enumerate(entries)]
    seen: set[str] = set()
    for identity in found:
        if identity is not None and identity.key and identity.key in seen:
            report.error(_DUPLICATES[kind], (*identity.path, key), f"duplicate {key} `{identity.key}` in `{kind}`")
        elif identity is not None:
            seen.add(identity.key)
    return tuple(identity for identity in found if identity is not None)


def _identity(entry: Any, kind: str, key: str, path: Path, report: Report) -> Identity | None:
    if not isinstance(entry, dict):
        report.error("InvalidAttachments", path, f"an entry of `{kind}` must be an object with `{key}`")
        return None
    _unknown_keys(entry, _KEYS[kind], path, report)
    text = _text(entry, "name", path, report, required=kind != "users")
    if kind == "roles" and text and not _ROLE_NAME.fullmatch(text):
        report.error(
            "InvalidAttachments",
            (*path, "name"),
            f"`{text}` is not a role name; it must not contain blanks, colons or slashes",
        )
    return Identity(
        key=_number(entry, "uin", path, report, required=True) if kind == "users" else text,
        name=text,
        path=path,
        policies=_names(entry, "policies", path, report),
        groups=_names(entry, "groups", path, report),
        boundary=_name(entry, "boundary", path, report),
        tags=_tags(entry, path, report),
        trust=_trust(entry, path, report) if kind == "roles" else None,
    )


def _trust(entry: dict[str, Any], path: Path, report: Report) -> PolicyDocument | None:
    if "trust" not in entry:
        report.error("MissingKey", path, "a role needs `trust`, which names the principals that may assume it")
        return None
    where = (*path, "trust")
    check_length(len("".join(json.dumps(entry["trust"], ensure_ascii=False).split())), where, report)
    return parse_document(entry["trust"], PolicyKind.TRUST, report, where)


def _unknown_keys(value: dict[str, Any], known: frozenset[str], path: Path, report: Report) -> None:
    if known.issuperset(value):
        return
    for key in value:
        if key not in known:
            report.error(
                "UnknownKey", (*path, str(key)), f"unknown key `{key}`; expected one of {', '.join(sorted(known))}"
            )


def _given(value: dict[str, Any], key: str, path: Path, report: Report, *, required: bool) -> Any:
    given = value.get(key)
    if given is None and required:
        report.error("MissingKey", path, f"`{key}` is missing")
    return given


def _number(value: dict[str, Any], key: str, path: Path, report: Report, *, required: bool = False) -> str:
    """A uin or APPID, quoted or not; empty if it is missing or not valid."""
    given = _given(value, key, path, report, required=required)
    if given is None:
        return ""
    text = str(given)
    if isinstance(given, bool) or not _UIN.fullmatch(text):
        report.error(
            "InvalidUin", (*path, key), f"`{text}` is not a valid `{key}`; expected digits, not starting with 0"
        )
        return ""
    return text


def _text(value: dict[str, Any], key: str, path: Path, report: Report, *, required: bool = False) -> str:
    given = _given(value, key, path, report, required=required)
    if given is None:
        return ""
    if not isinstance(given, str | int) or isinstance(given, bool) or given == "":
        report.error("InvalidAttachments", (*path, key), f"`{key}` must be a string")
        return ""
    return str(given)


def _names(value: dict[str, Any], key: str, path: Path, report: Report) -> tuple[Name, ...]:
    given = value.get(key)
    if given is None:
        return ()
    if not isinstance(given, list):
        report.error("InvalidAttachments", (*path, key), f"`{key}` must be a list of names")
        return ()
    names = []
    for index, item in enumerate(given):
        if isinstance(item, str | int) and not isinstance(item, bool) and item != "":
            names.append(Name(str(item), (*path, key, index)))
        else:
            report.error("InvalidAttachments", (*path, key, index), f"an entry of `{key}` must be a name")
    return tuple(names)


def _name(value: dict[str, Any], key: str, path: Path, report: Report) -> Name | None:
    if value.get(key) is None:
        return None
    text = _text(value, key, path, report)
    return Name(text, (*path, key)) if text else None


def _tags(entry: dict[str, Any], path: Path, report: Report) -> tuple[tuple[str, str], ...]:
    value = entry.get("tags")
    if value is None:
        return ()
    scalars: Sequence[type] = (str, int, float)
    if not isinstance(value, dict) or any(type(item) not in scalars for item in value.values()):
        report.error("InvalidAttachments", (*path, "tags"), "`tags` must be an object of strings")
        return ()
    return tuple((str(key), str(item)) for key, item in value.items())
