"""The policy generator: statements chosen part by part become a document and plain sentences (1047/38088)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from authz.control.errors import invalid
from authz.control.validation import check_policy
from authz.language.describe import describe

_CHINA = timezone(timedelta(hours=8))  # in which CAM writes its dates


@dataclass(frozen=True, slots=True)
class ChosenCondition:
    """A condition of a generated statement: an operator, a key, and the values of which one is enough."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChosenStatement:
    """A statement as chosen: `effect` is `allow` or `deny`, `actions` are names of the service or `*` for all.

    `resources` are six-segment names or `*`. All conditions must hold.
    """

    effect: str
    service: str
    actions: tuple[str, ...] = ("*",)
    resources: tuple[str, ...] = ("*",)
    conditions: tuple[ChosenCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratedPolicy:
    """The text of the document, and a plain sentence for each statement."""

    document: str
    sentences: tuple[str, ...]


def generate(statements: Sequence[ChosenStatement], account: str, app_id: str) -> GeneratedPolicy:
    """The policy of the chosen statements, checked as CreatePolicy checks it.

    Raises:
        ControlError: with CreatePolicy's code; its message names the line of the document that is wrong.
    """
    if not statements:
        raise invalid("StatementError", "a policy needs at least one statement; add one")
    value = {"version": "2.0", "statement": [_statement(each) for each in statements]}
    text = json.dumps(value, ensure_ascii=False, indent=2)
    document = check_policy(text, account, app_id)
    return GeneratedPolicy(text, tuple(_sentence(describe(each)) for each in document.statements))


def default_policy_name(now: float) -> str:
    """The name that the generator proposes: `policygen-` and the time in UTC+8. `now` is in seconds since the epoch."""
    return f"policygen-{datetime.fromtimestamp(now, UTC).astimezone(_CHINA):%Y%m%d%H%M%S}"


def _statement(chosen: ChosenStatement) -> dict[str, Any]:
    value: dict[str, Any] = {
        "effect": chosen.effect,
        "action": [_action(chosen.service, name) for name in chosen.actions],
        "resource": list(chosen.resources),
    }
    if chosen.conditions:
        value["condition"] = _conditions(chosen.conditions)
    return value


def _action(service: str, name: str) -> str:
    return "*" if service == "*" and name == "*" else f"name/{service}:{name}"


def _conditions(chosen: Sequence[ChosenCondition]) -> dict[str, dict[str, list[str]]]:
    value: dict[str, dict[str, list[str]]] = {}
    for condition in chosen:
        keys = value.setdefault(condition.operator, {})
        if condition.key in keys:
            message = f"`{condition.key}` is given twice under `{condition.operator}`; list its values in one condition"
            raise invalid("ConditionError", message)
        keys[condition.key] = list(condition.values)
    return value


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
