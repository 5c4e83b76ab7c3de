"""Lints lists: duplicate entries, entries that another entry covers, and old names of condition keys."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from authz.context import canonical_key
from authz.language.action import ActionPattern
from authz.language.report import Report
from authz.language.resource import ResourcePattern
from authz.lint.placed import Placed, PlacedCondition, PlacedStatement

T = TypeVar("T")


def lint_entries(statement: PlacedStatement, report: Report) -> None:
    """Report needless entries and old names of condition keys (cam-language 2.4)."""
    _lint_list(statement.actions, _action_key, ActionPattern.covers, report)
    _lint_list(statement.resources, _resource_key, ResourcePattern.covers, report)
    for condition in statement.conditions:
        _lint_list(condition.values, str, str.__eq__, report)
        _lint_old_key(condition, report)


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
            report.note("Lint.Duplicate", entry.path, f"`{entry.raw}` is listed twice; delete one")
    wide = [entry for entry in kept.values() if "*" in entry.raw]  # values other than patterns cover only themselves
    for entry in kept.values():
        others = (other for other in wide if other is not entry and covers(other.parsed, entry.parsed))
        cover = next((other for other in others if not covers(entry.parsed, other.parsed)), None)
        if cover is not None:
            message = f"`{entry.raw}` is covered by `{cover.raw}` in the same list; delete it"
            report.note("Lint.CoveredEntry", entry.path, message)


def _lint_old_key(condition: PlacedCondition, report: Report) -> None:
    if condition.parsed.key != condition.key.strip():
        message = f"`{condition.key.strip()}` is an old name; write `{canonical_key(condition.key)}`"
        report.note("Lint.OldKey", condition.path, message)
