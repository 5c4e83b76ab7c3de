"""Pairs a parsed statement with its text: each action, resource and condition with its spelling and its path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from authz.language.action import ActionPattern
from authz.language.condition import Condition
from authz.language.document import PolicyDocument, Statement
from authz.language.report import Path
from authz.language.resource import ResourcePattern

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """One entry of a list, or the single value in place of a list."""

    parsed: T
    raw: str
    path: Path


@dataclass(frozen=True, slots=True)
class PlacedCondition:
    """One key under one operator, each as spelt in the document.

    `path` is the path of the key, `operator_path` that of the operator; `values` are strings.
    """

    parsed: Condition
    operator: str
    key: str
    operator_path: Path
    path: Path
    values: tuple[Placed[str], ...]


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement and the paths of its parts; `principal_path` is the path of the principal that applies to it."""

    parsed: Statement
    path: Path
    principal_path: Path
    actions: tuple[Placed[ActionPattern], ...]
    resources: tuple[Placed[ResourcePattern], ...]
    conditions: tuple[PlacedCondition, ...]

    @property
    def is_for_all(self) -> bool:
        """Whether a bare `*` is among its resources."""
        return any(resource.parsed.is_any for resource in self.resources)


def placed_statements(value: dict[str, Any], document: PolicyDocument, path: Path = ()) -> tuple[PlacedStatement, ...]:
    """The statements of a document that was parsed from `value`, which is at `path` of its text."""
    where = (*path, "statement")
    raw = value["statement"]
    entries = [(raw, where)] if isinstance(raw, dict) else [(item, (*where, at)) for at, item in enumerate(raw)]
    shared = (*path, "principal")
    return tuple(
        _placed(statement, item, at, shared) for statement, (item, at) in zip(document.statements, entries, strict=True)
    )


def _placed(statement: Statement, value: dict[str, Any], path: Path, shared: Path) -> PlacedStatement:
    return PlacedStatement(
        parsed=statement,
        path=path,
        principal_path=(*path, "principal") if "principal" in value else shared,
        actions=_list(statement.actions, value["action"], (*path, "action")),
        # A trust policy has no `resource`; its parsed `*` has no place in the text.
        resources=_list(statement.resources, value["resource"], (*path, "resource")) if "resource" in value else (),
        conditions=_conditions(statement, value.get("condition") or {}, (*path, "condition")),
    )


def _list(parsed: Sequence[T], raw: Any, path: Path) -> tuple[Placed[T], ...]:
    if not isinstance(raw, list):
        return (Placed(parsed[0], raw, path),)
    return tuple(Placed(each, text, (*path, at)) for at, (each, text) in enumerate(zip(parsed, raw, strict=True)))


def _conditions(statement: Statement, value: dict[str, Any], path: Path) -> tuple[PlacedCondition, ...]:
    written = [
        (operator, key, values, (*path, operator)) for operator, block in value.items() for key, values in block.items()
    ]
    return tuple(
        PlacedCondition(condition, operator, key, at, (*at, key), _values(condition, values, (*at, key)))
        for condition, (operator, key, values, at) in zip(statement.conditions, written, strict=True)
    )


def _values(condition: Condition, value: Any, path: Path) -> tuple[Placed[str], ...]:
    texts = [str(each) for each in condition.values]
    return _list(texts, texts if isinstance(value, list) else texts[0], path)
