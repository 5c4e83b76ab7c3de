"""Lints of lists: entries that stand twice, that another entry covers, or that have blanks in them."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from authz.accounts.lint_coverage import covers_action, covers_resource
from authz.accounts.lint_placed import Placed, PlacedCondition, PlacedStatement
from authz.language.action import ActionPattern
from authz.language.condition import canonical_key
from authz.language.report import Report
from authz.language.resource import ResourcePattern

_TRIMMED_KINDS = frozenset({"numeric", "date", "bool", "ip", "null"})
"""Operator kinds whose values are read without the blanks around them."""
T = TypeVar("T")


def lint_entries(statement: PlacedStatement, report: Report) -> None:
    """Report needless entries, and blanks that are read past (cam-language 1.2, 1.3, 2.1) but that CAM may not."""
    _lint_list(statement.actions, _action_key, covers_action, report)
    _lint_list(statement.resources, _resource_key, covers_resource, report)
    for action in statement.actions:
        _lint_blanks("action", action.raw, "".join(action.raw.split()), action, report)
    for resource in statement.resources:
        _lint_blanks("resource", resource.raw, _without_blanks(resource), resource, report)
    for condition in statement.conditions:
        _lint_list(condition.values, str, str.__eq__, report)
        _lint_condition_blanks(condition, report)


def _action_key(action: ActionPattern) -> Hashable:
    return action.service, action.name


def _resource_key(resource: ResourcePattern) -> Hashable:
    return resource.is_any, resource.service, resource.region, resource.account, resource.tail


def _lint_list(
    entries: Sequence[Placed[T]], key: Callable[[T], Hashable], covers: Callable[[T, T], bool], report: Report
) -> None:
    kept: dict[Hashable, Placed[T]] = {}
    for entry in entries:
        if kept.setdefault(key(entry.parsed), entry) is not entry:
            report.note("Lint.Duplicate", entry.path, f"`{entry.raw}` stands in this list twice; delete one")
    wide = [entry for entry in kept.values() if "*" in entry.raw]  # nothing else covers more than itself
    for entry in kept.values():
        others = (other for other in wide if other is not entry and covers(other.parsed, entry.parsed))
        cover = next((other for other in others if not covers(entry.parsed, other.parsed)), None)
        if cover is not None:
            message = f"`{entry.raw}` is covered by `{cover.raw}` in the same list; delete one of them"
            report.note("Lint.CoveredEntry", entry.path, message)


def _without_blanks(resource: Placed[ResourcePattern]) -> str:
    """The resource as it is read: segments trimmed, and the last one without any blank unless its service has them."""
    if resource.parsed.is_any:
        return "*"
    *head, tail = resource.raw.split(":", 5)
    trimmed = [segment.strip() for segment in head]
    keeps_blanks = any(char.isspace() for char in str(resource.parsed.tail))
    return ":".join([*trimmed, tail.strip() if keeps_blanks else "".join(tail.split())])


def _lint_condition_blanks(condition: PlacedCondition, report: Report) -> None:
    operator = Placed("", condition.operator, condition.operator_path)
    _lint_blanks("operator", condition.operator, condition.operator.strip(), operator, report)
    key = Placed("", condition.key, condition.path)
    _lint_blanks("condition key", condition.key, condition.key.strip(), key, report)
    if condition.parsed.key != condition.key.strip():
        message = f"`{condition.key.strip()}` is an old name; write `{canonical_key(condition.key)}`"
        report.note("Lint.OldKey", condition.path, message)
    for value in condition.values:
        if condition.parsed.operator.type.kind in _TRIMMED_KINDS:
            _lint_blanks("value", value.parsed, value.parsed.strip(), value, report)


def _lint_blanks(what: str, raw: str, clean: str, place: Placed[T], report: Report) -> None:
    if raw != clean:
        report.warning("Lint.StrayBlanks", place.path, f"{what} `{raw}` has stray blanks; write `{clean}`")
