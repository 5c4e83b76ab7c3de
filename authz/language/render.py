"""Renders a document as CAM's JSON."""

import json
from collections.abc import Iterable
from typing import Any

from authz.language.condition import Condition
from authz.language.document import PolicyDocument, Statement


def render(document: PolicyDocument) -> str:
    """The JSON text of an identity policy, ready to be attached."""
    return json.dumps(
        {"version": "2.0", "statement": [_statement(statement) for statement in document.statements]},
        ensure_ascii=False,
    )


def _statement(statement: Statement) -> dict[str, Any]:
    value: dict[str, Any] = {
        "effect": statement.effect.value,
        "action": [action.text for action in statement.actions],
        "resource": [resource.text for resource in statement.resources],
    }
    if statement.conditions:
        value["condition"] = _conditions(statement.conditions)
    return value


def _conditions(conditions: Iterable[Condition]) -> dict[str, dict[str, list[str]]]:
    value: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        values = [str(each) for each in condition.values]
        value.setdefault(str(condition.operator), {})[condition.key] = values
    return value
