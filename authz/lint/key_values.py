"""Lints of what general keys are compared with: operators of another type, tags in another form, tests of nothing."""

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
"""Operators that do the same as those of the kind of a key."""
_SAMPLES: Mapping[str, str] = {
    "date": "2026-01-31T08:00:00Z", "ip": "203.0.113.7", "bool": "true", "string": "100001",
}  # fmt: skip
_FORMS: Mapping[str, str] = {
    "date": "a time such as `2026-01-31T08:00:00Z`",
    "ip": "an address or a CIDR block",
    "bool": "`true` or `false`",
    "string": "the text",
}
_DEFAULTS: Mapping[str, str] = {"date": "date_equal", "ip": "ip_equal", "bool": "bool_equal", "string": "string_equal"}
_SEPARATORS = (":", "=", "/", " ")


def lint_key_values(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """Report what a general key never compares as its author thinks; returns whether there is such a fault."""
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
        what = f"`{operator}` compares `{key}` as text, letter by letter"
    elif base in TAG_FAMILIES or not _reads(operator, _SAMPLES[kind]):
        outcome = "this allow never applies" if effect is Effect.ALLOW else "this deny applies whatever it is"
        what = f"`{operator}` cannot read the value of `{key}`, so that {outcome}"
    else:  # numbers that are written the same
        say = report.note
    right = _counterpart(operator, base)
    fits = all("${" in value.parsed or _reads_expected(right, value.parsed) for value in condition.values)
    form = "" if fits else f" with {_FORMS[kind]}"
    say("Lint.OperatorType", condition.path, f"{what}; write `{right}`{form}")


def _counterpart(operator: Operator, base: str) -> Operator:
    """The operator of the key's own kind that says the same, or is nearest to it."""
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
    """Tags are compared as `key&value` under the bare key, as the value alone under `…/key` (598/10608)."""
    _, slash, tag = condition.parsed.key.partition("/")
    if slash:
        faults = [value for value in condition.values if value.parsed.startswith(f"{tag}&")]
    else:
        faults = [value for value in condition.values if not _may_be_tag(condition, value.parsed)]
    for value in faults:
        right = value.parsed.partition("&")[2] if slash else _tag_form(value.parsed)
        message = f"no tag compares to `{value.parsed}` here{_tag_outcome(condition, faults, effect)}; write `{right}`"
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
    """What comes of it when no value is one of a tag."""
    if len(faults) < len(condition.values):
        return ""
    has_suffix = holds_without_key(condition.parsed)
    if condition.parsed.operator.type.is_negated:
        where = "everything, tagged or not" if has_suffix else "all that has a tag"
        return f", so that this {effect.value} applies to {where}"
    if not has_suffix:
        return f", so that this {effect.value} never applies"
    what = "allows everybody" if effect is Effect.ALLOW else "denies"
    return f", so that with `_if_exist` this {what} all that has no tag, and nothing else"


def _lint_effect(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """A condition that holds for all requests, or for none."""
    parsed, key = condition.parsed, condition.parsed.key
    if parsed.operator.name == "null_equal":
        return False
    if parsed.operator.if_exist and holds_for_every_value(parsed):
        who = "every request over IPv4" if parsed.operator.type.kind == "ip" else "every request"
        message = f"this holds for {who}, with `{key}` or without it"
        right = f"delete it, or write `null_equal` on `{key}` with `false` to ask for its presence"
    elif not parsed.operator.if_exist and holds_for_no_value(parsed):
        message = f"this holds for no request, so that this {effect.value} never applies"
        right = f"write `null_equal` on `{key}` with `true` for requests without it"
    else:
        return False
    report.warning("Lint.NoEffect", condition.path, f"{message}; {right}")
    return True
