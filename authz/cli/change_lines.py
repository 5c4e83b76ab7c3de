"""Lines that show an entry of the change log to people: who, when, by what, and each record that it changed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from authz.printable import json_text, printable
from authz.store.change_log import Change, ChangeItem

_NAMES: Mapping[str, tuple[str, ...]] = {
    "account": ("uin",),
    "user": ("name", "uin"),
    "group": ("name", "id"),
    "membership": ("group_id", "uin"),
    "role": ("name", "id"),
    "policy": ("name", "id"),
    "policy_version": ("policy_id", "version"),
    "attachment": ("policy_id", "holder", "holder_id"),
    "preset_alias": ("policy_id",),
    "access_key": ("secret_id", "uin"),
    "password": ("uin",),
}
"""What names a record of each kind; the rest of an added one is in the JSON form."""

_HOLDERS = {1: "user", 2: "group", 3: "role"}
_LONGEST = 60
_TIME = "_at"  # ends the names of times, which change along with what they date


def time_text(at: float) -> str:
    """A time for people: in UTC, to the second; `-` for none."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}" if at else "-"


def change_lines(change: Change) -> Iterator[str]:
    """The lines of one entry."""
    head = f"revision {change.revision}  {time_text(change.at)} UTC  {change.action}"
    source = f"{change.channel.value}{f' from {change.address}' if change.address else ''}"
    yield click.style(printable(head), bold=True) + printable(f"  by {change.principal} ({source})")
    for item in change.items:
        yield f"  {_item_line(item)}"


def change_value(change: Change) -> dict[str, Any]:
    """One entry as JSON values."""
    items = [{"entity": each.entity, "before": each.before, "after": each.after} for each in change.items]
    return {
        "revision": change.revision,
        "account": change.account,
        "at": change.at,
        "principal": change.principal,
        "channel": change.channel.value,
        "action": change.action,
        "request_id": change.request_id,
        "address": change.address,
        "items": items,
    }


def _item_line(item: ChangeItem) -> str:
    what = item.entity.replace("_", " ")
    if item.before is None:
        return click.style(f"+ {what} {_name(item.entity, item.after or {})}", fg="green")
    if item.after is None:
        return click.style(f"- {what} {_name(item.entity, item.before)}", fg="red")
    differing = [name for name, value in item.after.items() if item.before.get(name) != value]
    shown = [name for name in differing if not name.endswith(_TIME)] or differing
    changes = ", ".join(f"{name} {_short(item.before.get(name))} -> {_short(item.after[name])}" for name in shown)
    return click.style(f"~ {what} {_name(item.entity, item.after)}: {changes}", fg="yellow")


def _name(entity: str, values: Mapping[str, Any]) -> str:
    if entity == "attachment":
        holder = _HOLDERS.get(values["holder"], values["holder"])
        return printable(f"of policy {values['policy_id']} to {holder} {values['holder_id']}")
    if entity == "membership":
        return printable(f"of user {values['uin']} in group {values['group_id']}")
    if entity == "policy_version":
        return f"{values['version']} of policy {values['policy_id']}"
    shown = [str(values[name]) for name in _NAMES.get(entity, ()) if values.get(name) not in ("", None)]
    return printable(shown[0] + "".join(f" ({each})" for each in shown[1:])) if shown else ""


def _short(value: Any) -> str:
    text = json_text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
