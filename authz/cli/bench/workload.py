"""Generates policy directories for benchmarks."""

import json
from pathlib import Path
from typing import Any

import yaml

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times as fast if libyaml is installed


def write_accounts(root: Path, accounts: int, users: int, policies: int) -> None:
    """Make `accounts` sub-directories, each with `users` users that have three of its `policies` each."""
    for number in range(accounts):
        uin = str(10_000_000 + number)
        folder = root / uin
        (folder / "policies").mkdir(parents=True)
        for index in range(policies):
            (folder / "policies" / f"app-{index}.json").write_text(json.dumps(_policy(uin, index)))
        write_attachments(folder, {"account": uin, "users": [_user(index, policies) for index in range(users)]})


def write_attachments(folder: Path, value: dict[str, Any]) -> None:
    """Write an attachments file in readable YAML."""
    (folder / "attachments.yaml").write_text(yaml.dump(value, Dumper=_DUMPER, sort_keys=False))


def _user(index: int, policies: int) -> dict[str, Any]:
    held = sorted({(index + step) % policies for step in range(3)})
    return {"uin": str(100_001 + index), "name": f"user-{index}", "policies": [f"app-{number}" for number in held]}


def _policy(uin: str, index: int) -> dict[str, Any]:
    application = f"qcs::im::uin/{uin}:sdkappid/{1_400_000_000 + index}"
    return {
        "version": "2.0",
        "statement": [
            {"effect": "allow", "action": ["name/im:*"], "resource": [application]},
            {"effect": "deny", "action": ["name/im:RemoveUser"], "resource": [application]},
        ],
    }
