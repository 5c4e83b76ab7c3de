"""Lints conditions: denies that a missing key avoids, operators that match less than intended, imprecise values."""

import re
from collections.abc import Callable

from authz.catalog.catalog import Access
from authz.context import TAG_FAMILIES
from authz.language.condition import (
    CURRENT_TIME,
    OWNER_UIN,
    UIN,
    Condition,
    Operator,
    Qualifier,
)
from authz.language.document import Effect
from authz.language.operators import read_date
from authz.language.report import Report
from authz.lint.actions import matched, shown_actions
from authz.lint.key_values import lint_key_values
from authz.lint.keys import lint_key
from authz.lint.outcomes import holds_for_every_value, holds_without_key
from authz.lint.placed import PlacedCondition, PlacedStatement

_ALWAYS_PRESENT = frozenset({CURRENT_TIME, OWNER_UIN, UIN})
_EXACT = frozenset({"string_equal", "ip_equal", "ip_not_equal"})
"""The operators that list APIs support (598/73561)."""
_UTC_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


def lint_conditions(statement: PlacedStatement, report: Report) -> None:
    """Report conditions whose outcome is most likely not intended."""
    _lint_list_apis(statement, report)
    effect = statement.parsed.effect
    for condition in statement.conditions:
        is_faulty = lint_key(condition, effect, report) or lint_key_values(condition, effect, report)
        if effect is Effect.DENY and not is_faulty:  # with another fault, `_if_exist` would deny everything
            _lint_escape(condition, statement, report)
        _lint_qualifier(condition, effect, report)
        _lint_values(condition, report)


def _lint_escape(condition: PlacedCondition, statement: PlacedStatement, report: Report) -> None:
    """Report a deny that requests without the key avoid.

    A missing key makes every operator false, even negated ones (cam-language 2.2, 4). With `_if_exist`, a test of mere
    presence would hold for every request, so the deny would deny everything.
    """
    operator, key = condition.parsed.operator, condition.parsed.key
    if operator.if_exist or key in _ALWAYS_PRESENT:
        return
    if any(_requires_key(other.parsed, key) for other in statement.conditions):
        return
    message = f"a request without `{key}` is not denied, since a missing key makes `{operator}` false; "
    if operator.type.is_negated:
        report.warning("Lint.DenyEscaped", condition.operator_path, f"{message}write `{operator}_if_exist`")
    elif operator.name != "null_equal":
        message += f"to deny all such requests as well, write `{operator}_if_exist`"
        report.note("Lint.DenyEscaped", condition.operator_path, message)


def _requires_key(condition: Condition, key: str) -> bool:
    """Whether the condition explicitly requires this key."""
    is_presence = holds_for_every_value(condition) and not holds_without_key(condition)
    return is_presence and condition.key == key


def _lint_qualifier(condition: PlacedCondition, effect: Effect, report: Report) -> None:
    operator = condition.parsed.operator
    # The corrected operator matches fewer requests, so the message must say what a deny no longer covers.
    loss = " to deny only where no value is one of these" if effect is Effect.DENY and operator.type.is_negated else ""
    if operator.qualifier is Qualifier.ANY_VALUE and operator.type.is_negated:
        message = (
            f"`{operator}` holds as soon as one value of `{condition.parsed.key}` differs, even if others match; "
            f"write `{_qualified(operator, Qualifier.ALL_VALUES)}`{loss}"
        )
        report.warning("Lint.AnyValueNegated", condition.operator_path, message)
    is_tag = condition.parsed.key in TAG_FAMILIES
    if is_tag and operator.qualifier is Qualifier.NONE and operator.name != "null_equal":
        right = Qualifier.ALL_VALUES if operator.type.is_negated else Qualifier.ANY_VALUE
        say = report.warning if operator.type.is_negated else report.note
        message = f"`{condition.parsed.key}` may have several values; write `{_qualified(operator, right)}`{loss}"
        say("Lint.Unqualified", condition.operator_path, message)


def _qualified(operator: Operator, qualifier: Qualifier) -> str:
    return str(Operator(operator.name, qualifier, operator.if_exist))


def _lint_values(condition: PlacedCondition, report: Report) -> None:
    name = condition.parsed.operator.name
    lint: Callable[[str], str] | None = None
    if name in ("string_like", "string_not_like"):
        code, lint = "Lint.LikePattern", _like_fault
    elif condition.parsed.operator.type.kind == "date":
        code, lint = "Lint.DateFormat", _date_fault
    if lint is None:
        return
    for value in condition.values:
        fault = "" if "${" in value.parsed else lint(value.parsed)
        if fault:
            report.warning(code, value.path, fault)


def _like_fault(text: str) -> str:
    """CAM documents `*` at the start and the end only, and no other wildcard (cam-language 2.1)."""
    if "?" in text:
        return f"`?` in `{text}` is not a wildcard; list the intended values"
    if "*" in text.removeprefix("*").removesuffix("*"):
        return f"`*` inside `{text}` is not documented, only at the start and the end; list the intended values"
    return ""


def _date_fault(text: str) -> str:
    text = text.strip()
    if _UTC_DATE.fullmatch(text):
        return ""
    right = read_date(text).replace(tzinfo=None).isoformat() + "Z"
    return f"`{text}` is not in UTC, which CAM requires; write `{right}`"


def _lint_list_apis(statement: PlacedStatement, report: Report) -> None:
    """CAM computes the result of a list API from allows with exact operators (cam-language 6, 598/73561)."""
    is_deny = statement.parsed.effect is Effect.DENY
    inexact = [each for each in statement.conditions if each.parsed.operator.name not in _EXACT]
    if not (is_deny and (statement.conditions or not statement.is_for_all)) and not inexact:
        return
    for action in statement.actions:
        found = matched(action.parsed)
        lists = [each for each in found if each.access is Access.LIST and each.resource_level]
        if not lists:
            continue
        if is_deny:
            fault = "may show resources that this deny covers; exclude them from the allow instead"
        else:
            fault = f"may ignore `{inexact[0].operator}`; {_exact_advice(inexact[0])}"
        say = report.warning if len(lists) == len(found) else report.note
        say("Lint.ListApi", action.path, f"list APIs ({shown_actions(lists)}) {fault}")


def _exact_advice(condition: PlacedCondition) -> str:
    """Advice on an operator of the same kind that list APIs support, if there is one."""
    if condition.parsed.operator.type.kind != "string":
        return "list APIs support only `string_equal`, `ip_equal` and `ip_not_equal`"
    right = Operator("string_equal", condition.parsed.operator.qualifier, condition.parsed.operator.if_exist)
    return f"write `{right}` and list the allowed values"
