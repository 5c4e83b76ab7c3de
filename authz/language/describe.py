"""Describes a statement in one plain sentence: `allow all IM actions on application 1400000001`."""

from collections.abc import Iterable, Mapping, Sequence

from authz.language.action import ActionPattern
from authz.language.condition import Condition, Qualifier
from authz.language.document import Statement
from authz.language.resource import ResourcePattern

_SERVICES: Mapping[str, str] = {"im": "IM", "sms": "SMS", "cam": "CAM", "sts": "STS"}
_RESOURCE_TYPES: Mapping[str, str] = {"sdkappid": "application", "app": "application", "roleName": "role"}
_SHOWN = 4  # names of a list that a sentence shows
_WORDS: Mapping[str, str] = {
    "equal": "is",
    "not_equal": "is not",
    "equal_ignore_case": "is (in any case)",
    "not_equal_ignore_case": "is not (in any case)",
    "like": "is like",
    "not_like": "is not like",
    "less_than": "is below",
    "less_than_equal": "is at most",
    "greater_than": "is above",
    "greater_than_equal": "is at least",
}
_DATE_WORDS: Mapping[str, str] = {
    "less_than": "is before",
    "less_than_equal": "is not after",
    "greater_than": "is after",
    "greater_than_equal": "is not before",
}
_IP_WORDS: Mapping[str, str] = {"equal": "is in", "not_equal": "is not in"}


def describe(statement: Statement) -> str:
    """Describe the statement in one sentence, without a full stop."""
    sentence = f"{statement.effect.value} {_actions(statement.actions)} on {_resources(statement.resources)}"
    conditions = " and ".join(_condition(condition) for condition in statement.conditions)
    return f"{sentence} if {conditions}" if conditions else sentence


def _actions(patterns: Sequence[ActionPattern]) -> str:
    by_service: dict[str, list[str]] = {}
    for pattern in patterns:
        by_service.setdefault(str(pattern.service), []).append(_action_name(pattern))
    return " and ".join(_of_service(service, names) for service, names in by_service.items())


def _action_name(pattern: ActionPattern) -> str:
    """The action name as written in the policy; the pattern is in lower case."""
    return pattern.text.strip().rpartition(":")[2].strip()


def _of_service(service: str, names: Sequence[str]) -> str:
    label = "" if service == "*" else f"{_SERVICES.get(service, service)} "
    if "*" in names:
        return f"all {label}actions"
    return f"{label}{'action' if len(names) == 1 and '*' not in names[0] else 'actions'} {_listed(names)}"


def _resources(patterns: Sequence[ResourcePattern]) -> str:
    if any(pattern.is_any for pattern in patterns):
        return "everything"
    by_type: dict[str, list[str]] = {}
    others: list[str] = []
    for pattern in patterns:
        kind, _, name = str(pattern.tail).partition("/")
        if kind in _RESOURCE_TYPES and name:
            by_type.setdefault(_RESOURCE_TYPES[kind], []).append(name)
        else:
            others.append(f"`{pattern.text}`")
    named = [_of_type(kind, names) for kind, names in by_type.items()]
    return " and ".join([*named, *([_listed(others)] if others else [])])


def _of_type(kind: str, names: Sequence[str]) -> str:
    if "*" in names:
        return f"all {kind}s"
    return f"{kind}{'s' if len(names) > 1 else ''} {_listed(names)}"


def _condition(condition: Condition) -> str:
    values = _listed([str(value) for value in condition.values], last="or")
    if condition.operator.name == "null_equal":
        return f"{condition.key} {'is absent' if values == 'true' else 'is present'}"
    qualifier = {Qualifier.ANY_VALUE: "any of ", Qualifier.ALL_VALUES: "each of ", Qualifier.NONE: ""}
    given = " (if given)" if condition.operator.if_exist else ""
    return f"{qualifier[condition.operator.qualifier]}{condition.key}{given} {_words(condition)} {values}"


def _words(condition: Condition) -> str:
    kind, _, comparison = condition.operator.name.partition("_")
    special = {"date": _DATE_WORDS, "ip": _IP_WORDS}.get(kind, {})
    return special.get(comparison, _WORDS[comparison])


def _listed(names: Iterable[str], last: str = "and") -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > _SHOWN:
        rest = len(shown) - _SHOWN + 1
        shown = [*shown[: _SHOWN - 1], f"{rest} more"]
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
