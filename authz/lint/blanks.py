"""Lints blanks: those around the parts of a document are ignored, those inside a name are part of it."""

from authz.language.report import Report
from authz.language.resource import ResourcePattern
from authz.lint.placed import Placed, PlacedCondition, PlacedStatement, T

_TRIMMED_KINDS = frozenset({"numeric", "date", "bool", "ip", "null"})
"""Kinds of operators that ignore blanks around values."""
_NAMED_WITH_BLANKS = frozenset({"cos"})
"""Services whose users choose resource names, which may contain blanks (cam-language 1.3)."""


def lint_blanks(statement: PlacedStatement, report: Report) -> None:
    """Report blanks that CAM may not ignore (cam-language 1.2, 1.3, 2.1), and blanks inside names."""
    for action in statement.actions:
        _lint_around("action", action.raw, "".join(action.raw.split()), action, report)
    for resource in statement.resources:
        if not resource.parsed.is_any:
            _lint_resource(resource, report)
        else:
            _lint_around("resource", resource.raw, "*", resource, report)
    for condition in statement.conditions:
        _lint_condition(condition, report)


def _lint_resource(resource: Placed[ResourcePattern], report: Report) -> None:
    segments = [segment.strip() for segment in resource.raw.split(":", 5)]
    _lint_around("resource", resource.raw, ":".join(segments), resource, report)
    names = segments[:-1] if str(resource.parsed.service) in _NAMED_WITH_BLANKS else segments
    if any(len(name.split()) > 1 for name in names):
        clean = ":".join("".join(segment.split()) for segment in segments)
        message = f"resource `{resource.raw}` covers only resources whose names contain these blanks; write `{clean}`"
        report.warning("Lint.InnerBlanks", resource.path, message)


def _lint_condition(condition: PlacedCondition, report: Report) -> None:
    operator = Placed("", condition.operator, condition.operator_path)
    _lint_around("operator", condition.operator, condition.operator.strip(), operator, report)
    key = Placed("", condition.key, condition.path)
    _lint_around("condition key", condition.key, condition.key.strip(), key, report)
    for value in condition.values:
        if condition.parsed.operator.type.kind in _TRIMMED_KINDS:
            _lint_around("value", value.parsed, value.parsed.strip(), value, report)


def _lint_around(what: str, raw: str, clean: str, place: Placed[T], report: Report) -> None:
    if raw != clean:
        report.warning("Lint.StrayBlanks", place.path, f"{what} `{raw}` has stray blanks; write `{clean}`")
