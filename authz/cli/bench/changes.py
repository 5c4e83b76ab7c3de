"""Typical changes to a policy directory by people and Kubernetes; each reverses one decision."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authz.cli.bench.workload import write_attachments

PRINCIPAL = "qcs::cam::uin/12345678:uin/100001"
"""The principal that may perform `sms:SendSms` before the first change."""


@dataclass(frozen=True, slots=True)
class Change:
    """`prepare` makes the directory, `apply` changes it so that the decision becomes allowed or denied."""

    name: str
    prepare: Callable[[Path], None]
    apply: Callable[[Path, bool], None]


def _policy(allowed: bool) -> str:  # noqa: FBT001 - the decision itself
    statement = {"effect": "allow" if allowed else "deny", "action": ["name/sms:*"], "resource": ["*"]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def _attachments(user: dict[str, Any]) -> dict[str, Any]:
    groups = [{"name": "senders", "policies": ["QcloudSMSFullAccess"]}]
    return {"account": "12345678", "users": [{"uin": "100001", **user}], "groups": groups}


def _prepare_plain(root: Path) -> None:
    (root / "sms.json").write_text(_policy(allowed=True))
    write_attachments(root, _attachments({"policies": ["sms"]}))


def _edit(root: Path, allowed: bool) -> None:  # noqa: FBT001
    (root / "sms.json").write_text(_policy(allowed))


def _rename(root: Path, allowed: bool) -> None:  # noqa: FBT001
    new = root / ".sms.json.new"
    new.write_text(_policy(allowed))
    new.rename(root / "sms.json")


def _swap_version(root: Path, allowed: bool, version: str = "") -> None:  # noqa: FBT001
    """Write a new folder and move the `..data` link to it atomically, as the kubelet does."""
    folder = root / f"..{version or os.urandom(4).hex()}"
    folder.mkdir()
    (folder / "sms.json").write_text(_policy(allowed))
    write_attachments(folder, _attachments({"policies": ["sms"]}))
    link = root / "..data_tmp"
    link.symlink_to(folder.name)
    link.rename(root / "..data")


def _prepare_config_map(root: Path) -> None:
    _swap_version(root, allowed=True, version="first")
    for name in ("sms.json", "attachments.yaml"):
        (root / name).symlink_to(f"..data/{name}")


def _prepare_group(root: Path) -> None:
    write_attachments(root, _attachments({"groups": ["senders"]}))


def _change_membership(root: Path, allowed: bool) -> None:  # noqa: FBT001
    write_attachments(root, _attachments({"groups": ["senders"] if allowed else []}))


def _detach(root: Path, allowed: bool) -> None:  # noqa: FBT001
    write_attachments(root, _attachments({"policies": ["sms"] if allowed else []}))


CHANGES = (
    Change("edit", _prepare_plain, _edit),
    Change("rename", _prepare_plain, _rename),
    Change("..data swap", _prepare_config_map, _swap_version),
    Change("group membership", _prepare_group, _change_membership),
    Change("detach", _prepare_plain, _detach),
)
