"""Lints the values of general keys: operators of another type, malformed tags, conditions without effect."""

from collections.abc import Mapping

from authz.context import TAG_FAMILIES
from authz.language.condition import Operator, Qualifier
from authz.language.document import Effect
from authz.language.operators import OPERATORS
from authz.language.report import Report
from authz.lint.keys import GENERAL_KEYS, general_key
from authz.lint.outcomes import holds_for_every_value, holds_for_no_value, holds_without_key
from authz.lint.placed import Placed, PlacedCondition

_ALSO: Mapping[str, frozenset[str]] = {"string": frozenset({"string", "binary"})}
"""For each kind of key, the kinds of operators that compare it correctly."""
_SAMPLES: Mapping[str, str] = {
    "date": "2026-01-31T08:00:00Z", "ip": "203.0.113.7", "bool": "true", "string": "100001",
}  # fmt: skip
_FORMS: Mapping[str, str] = {
    "date": "a time such as `2026-01-31T08:00:00Z`",
    "ip": "an address or a CIDR block",
    "bool": "`true` or `false`",
    "string": "the string",
}
_DEFAULTS: Mapping[str, str] = {"date": "date_equal", "ip": "ip_equal", "bool": "bool_equal", "string": "string_equal"}
_SEPARATORS = (":", "=", "/", " ")


def lint_key_values(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """Report a comparison of a general key that most likely is not intended; returns whether there is one."""
    base = general_key(condition.parsed.key)
    if base is not None and condition.parsed.operator.name != "null_equal":
        kind = GENERAL_KEYS[base]
        if condition.parsed.operator.type.kind not in _ALSO.get(kind, frozenset({kind})):
            _lint_operator(condition, base, effect, report)
            return True
        if base in TAG_FAMILIES and _lint_tag(condition, effect, report):
            return True
    return _lint_effect(condition, effect, report)


def _lint_operator(condition: PlacedCondition, base: str, effect: Effect, report: Report) -> None:
    operator, key = condition.parsed.operator, condition.parsed.key
    kind = GENERAL_KEYS[base]
    is_text = operator.type.kind in ("string", "binary")
    what = f"`{operator}` does not compare `{key}`"
    say = report.warning
    if is_text:
        what = f"`{operator}` compares `{key}` as text, character by character"
    elif base in TAG_FAMILIES or not _reads(operator, _SAMPLES[kind]):
        outcome = "this allow never applies" if effect is Effect.ALLOW else "this deny applies to every value"
        what = f"`{operator}` cannot read the value of `{key}`, so {outcome}"
    else:  # the kinds differ, but their values have the same form
        say = report.note
    right = _counterpart(operator, base)
    fits = all("${" in value.parsed or _reads_expected(right, value.parsed) for value in condition.values)
    form = "" if fits else f" with {_FORMS[kind]}"
    say("Lint.OperatorType", condition.path, f"{what}; write `{right}`{form}")


def _counterpart(operator: Operator, base: str) -> Operator:
    """The equivalent operator of the key's kind, or the most similar one."""
    kind = GENERAL_KEYS[base]
    comparison = operator.name.partition("_")[2].removesuffix("_ignore_case").replace("like", "equal")
    name = f"{kind}_{comparison}"
    if name not in OPERATORS:
        is_negated = operator.type.is_negated and f"{kind}_not_equal" in OPERATORS
        name = f"{kind}_not_equal" if is_negated else _DEFAULTS[kind]
    qualifier = operator.qualifier
    if base in TAG_FAMILIES and qualifier is Qualifier.NONE:
        qualifier = Qualifier.ALL_VALUES if OPERATORS[name].is_negated else Qualifier.ANY_VALUE
    return Operator(name, qualifier, operator.if_exist)


def _reads(operator: Operator, text: str) -> bool:
    try:
        operator.type.read_actual(text)
    except ValueError:
        return False
    return True


def _reads_expected(operator: Operator, text: str) -> bool:
    try:
        operator.type.read_expected(text)
    except ValueError:
        return False
    return True


def _lint_tag(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """Report malformed tags: `key&value` under the bare key, the value alone under `…/key` (598/10608)."""
    _, slash, tag = condition.parsed.key.partition("/")
    if slash:
        faults = [value for value in condition.values if value.parsed.startswith(f"{tag}&")]
    else:
        faults = [value for value in condition.values if not _may_be_tag(condition, value.parsed)]
    for value in faults:
        right = value.parsed.partition("&")[2] if slash else _tag_form(value.parsed)
        message = f"no tag can match `{value.parsed}` here{_tag_outcome(condition, faults, effect)}; write `{right}`"
        report.warning("Lint.TagForm", value.path, message)
    return bool(faults)


def _may_be_tag(condition: PlacedCondition, text: str) -> bool:
    return "&" in text or ("like" in condition.parsed.operator.name and "*" in text)


def _tag_form(text: str) -> str:
    for separator in _SEPARATORS:
        key, found, value = text.partition(separator)
        if found and key and value:
            return f"{key.strip()}&{value.strip()}"
    return f"{text}&<value>"


def _tag_outcome(condition: PlacedCondition, faults: list[Placed[str]], effect: Effect) -> str:
    """The consequence, if no value can match a tag."""
    if len(faults) < len(condition.values):
        return ""
    has_suffix = holds_without_key(condition.parsed)
    if condition.parsed.operator.type.is_negated:
        where = "all resources, with or without tags" if has_suffix else "every resource with a tag"
        return f", so this {effect.value} applies to {where}"
    if not has_suffix:
        return f", so this {effect.value} never applies"
    what = "allows all" if effect is Effect.ALLOW else "denies"
    return f", so with `_if_exist` this {what} requests for resources without tags, and no others"


def _lint_effect(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """Report a condition that holds for every request, or for none."""
    parsed, key = condition.parsed, condition.parsed.key
    if parsed.operator.name == "null_equal":
        return False
    if parsed.operator.if_exist and holds_for_every_value(parsed):
        who = "every request over IPv4" if parsed.operator.type.kind == "ip" else "every request"
        message = f"this holds for {who}, with or without `{key}`"
        right = f"delete it, or write `null_equal` on `{key}` with `false` to require the key"
    elif not parsed.operator.if_exist and holds_for_no_value(parsed):
        message = f"this holds for no request, so this {effect.value} never applies"
        right = f"write `null_equal` on `{key}` with `true` for requests without it"
    else:
        return False
    report.warning("Lint.NoEffect", condition.path, f"{message}; {right}")
    return True
