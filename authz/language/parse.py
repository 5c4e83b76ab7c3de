"""Turns JSON values into a PolicyDocument, and reports each error with CAM's code.

CAM syntax structure, 598/10604, and element reference, 598/10603; codes of CreatePolicy.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from authz.context import canonical_key
from authz.errors import InvalidPolicyError, MalformedTextError, Problem
from authz.language.action import ActionPattern, parse_action_pattern
from authz.language.condition import Condition, Operator, parse_condition_value, parse_operator
from authz.language.document import Effect, PolicyDocument, PolicyKind, Statement
from authz.language.json_text import read_json
from authz.language.principal import TrustedPrincipals, check_trusted
from authz.language.report import Path, Refusal, Report
from authz.language.resource import ANY_PATTERN, ResourcePattern, parse_resource_pattern
from authz.language.variables import Template

MAX_CHARACTERS = 6144
"""The most characters of one document, not counting blanks (598/10609)."""

_MAX_READ = 10 * MAX_CHARACTERS  # the contents of a longer document are not checked
_DOCUMENT = "InvalidParameter.PolicyDocumentError"
_DOCUMENT_KEYS = frozenset({"version", "statement", "principal"})
_STATEMENT_KEYS = frozenset({"effect", "action", "resource", "condition", "principal"})
_NO_KEYS: frozenset[str] = frozenset()
_PRINCIPAL_KINDS = ("qcs", "service", "federated")
T = TypeVar("T")


def parse_policy(text: str, kind: PolicyKind = PolicyKind.IDENTITY, file: str = "") -> PolicyDocument:
    """Parse a policy document.

    Raises:
        InvalidPolicyError: with every problem of the document, each with `file`, line, column and CAM's code.
    """
    try:
        located = read_json(text)
    except MalformedTextError as error:
        problem = Problem(_DOCUMENT, str(error), file=file, line=error.line, column=error.column)
        raise InvalidPolicyError([problem]) from None
    report = Report()
    check_length(located.text_length, (), report)
    is_readable = located.text_length <= _MAX_READ
    document = parse_document(located.value, kind, report) if is_readable else None
    if document is None or report.findings:
        raise InvalidPolicyError(report.problems(located, file))
    return document


def check_length(characters: int, path: Path, report: Report) -> None:
    """Report a document that is longer than CAM stores."""
    if characters > MAX_CHARACTERS:
        message = f"the document has {characters} characters without blanks; at most {MAX_CHARACTERS} are allowed"
        report.error("InvalidParameter.PolicyDocumentLengthOverLimit", path, message)


def parse_document(value: Any, kind: PolicyKind, report: Report, path: Path = ()) -> PolicyDocument | None:
    """Parse a document given as plain values, from JSON or YAML; None if it has errors, which go into `report`."""
    before = len(report.findings)
    if not isinstance(value, dict):
        report.error(_DOCUMENT, path, "a policy must be a JSON object with `version` and `statement`")
        return None
    misspelt = _unknown_keys(value, _DOCUMENT_KEYS, path, report)
    if value.get("version") != "2.0" and "version" not in misspelt:
        report.error("InvalidParameter.VersionError", (*path, "version"), '`version` must be the string "2.0"')
    shared = _principals(value, kind, report, path)
    statements = [
        _statement(item, index, kind, shared, report, where)
        for index, item, where in _entries(value, misspelt, path, report)
    ]
    if len(report.findings) > before:
        return None
    return PolicyDocument(tuple(statement for statement in statements if statement is not None))


def _entries(
    value: dict[str, Any], misspelt: frozenset[str], path: Path, report: Report
) -> list[tuple[int, Any, Path]]:
    """The statements with their paths; a bare object counts as a list of one, as published samples write it."""
    where = (*path, "statement")
    statement = value.get("statement")
    if isinstance(statement, dict):
        return [(0, statement, where)]
    if isinstance(statement, list) and statement:
        return [(index, item, (*where, index)) for index, item in enumerate(statement)]
    if "statement" not in misspelt:
        report.error("InvalidParameter.StatementError", where, "`statement` must be a list of at least one statement")
    return []


def _statement(
    value: Any, index: int, kind: PolicyKind, shared: TrustedPrincipals | None, report: Report, path: Path
) -> Statement | None:
    if not isinstance(value, dict):
        report.error("InvalidParameter.StatementError", path, "a statement must be a JSON object")
        return None
    misspelt = _unknown_keys(value, _STATEMENT_KEYS, path, report)
    effect = None if "effect" in misspelt else _effect(value.get("effect"), report, (*path, "effect"))
    actions = () if "action" in misspelt else _actions(value, report, path)
    resources = () if "resource" in misspelt else _resources(value, kind, report, path)
    conditions = _conditions(value.get("condition", {}), report, (*path, "condition"))
    principals = _principals(value, kind, report, path) or shared
    if kind is PolicyKind.TRUST and principals is None and not {"principal"} & (value.keys() | misspelt):
        report.error("InvalidParameter.PrincipalError", path, "a trust policy needs a `principal`")
    if effect is None:
        return None
    return Statement(index, effect, actions, resources, conditions, principals)


def _unknown_keys(value: dict[str, Any], known: frozenset[str], path: Path, report: Report) -> frozenset[str]:
    """Report unknown keys; returns the known keys that they misspell, which are then not reported as missing."""
    if known.issuperset(value):
        return _NO_KEYS
    unknown = [key for key in value if key not in known]
    for key in unknown:
        right = _right_spelling(key, known)
        report.error(_DOCUMENT, (*path, key), f"unknown key `{key}`" + (f"; write `{right}`" if right else ""))
    return frozenset(_right_spelling(key, known) for key in unknown).difference(value, [""])


def _right_spelling(key: str, known: frozenset[str]) -> str:
    """The known key that `key` is apart from case and blanks; empty if there is none."""
    return next((each for each in known if each == key.strip().lower()), "")


def _effect(value: Any, report: Report, path: Path) -> Effect | None:
    if value in ("allow", "deny"):
        return Effect(value)
    report.error("InvalidParameter.EffectError", path, "`effect` must be `allow` or `deny`")
    return None


def _actions(value: dict[str, Any], report: Report, path: Path) -> tuple[ActionPattern, ...]:
    where = (*path, "action")
    if value.get("action") in (None, "", []):
        report.error("InvalidParameter.ActionMiss", where, "`action` must name at least one action")
        return ()
    return _each(value["action"], parse_action_pattern, "InvalidParameter.ActionError", report, where)


def _resources(value: dict[str, Any], kind: PolicyKind, report: Report, path: Path) -> tuple[ResourcePattern, ...]:
    where = (*path, "resource")
    if kind is PolicyKind.TRUST:
        if "resource" in value:
            report.error(
                "InvalidParameter.ResourceError",
                where,
                "a trust policy must not have a `resource`; it applies to its role",
            )
        return (ANY_PATTERN,)
    if value.get("resource") in (None, "", []):
        report.error(
            "InvalidParameter.ResourceError", where, '`resource` must name at least one resource; `"*"` means all'
        )
        return ()
    return _each(value["resource"], parse_resource_pattern, "InvalidParameter.ResourceError", report, where)


def _each(value: Any, parse: Callable[[str], T], code: str, report: Report, path: Path) -> tuple[T, ...]:
    """Parse a string or a list of strings; entries with errors are reported and left out."""
    parsed = []
    for at, item in enumerate(value if isinstance(value, list) else (value,)):
        if not isinstance(item, str):
            report.error(code, _place(path, value, at), f"expected a string, not {_json_type(item)}")
            continue
        try:
            parsed.append(parse(item))
        except Refusal as refusal:
            report.refuse(_place(path, value, at), refusal)
    return tuple(parsed)


def _place(path: Path, value: Any, at: int) -> Path:
    """The path of an item of `value`, which is a list or the only item itself."""
    return (*path, at) if isinstance(value, list) else path


def _conditions(value: Any, report: Report, path: Path) -> tuple[Condition, ...]:
    if value == []:  # published policies write an empty object in this way
        return ()
    if not isinstance(value, dict):
        report.error("InvalidParameter.ConditionError", path, "`condition` must be an object of operators")
        return ()
    found: list[Condition] = []
    for name, block in value.items():
        where = (*path, name)
        try:
            operator = parse_operator(name)
        except Refusal as refusal:
            report.refuse(where, refusal)
            continue
        if not isinstance(block, dict) or not block:
            report.error(
                "InvalidParameter.ConditionContentError", where, f"`{name}` must be an object of condition keys"
            )
            continue
        for key, values in block.items():
            if not key.strip():
                report.error("InvalidParameter.ConditionContentError", (*where, key), "the condition key is empty")
            templates = _condition_values(values, operator, report, (*where, key))
            found.append(Condition(operator, canonical_key(key), templates))
    return tuple(found)


def _condition_values(value: Any, operator: Operator, report: Report, path: Path) -> tuple[Template, ...]:
    items = value if isinstance(value, list) else (value,)
    if not items:
        report.error("InvalidParameter.ConditionContentError", path, "expected at least one value")
    found = []
    for at, item in enumerate(items):
        if not isinstance(item, str | int | float):
            message = f"expected a string, number or boolean, not {_json_type(item)}"
            report.error("InvalidParameter.ConditionContentError", _place(path, value, at), message)
            continue
        try:
            text = str(item).lower() if isinstance(item, bool) else str(item)
            found.append(parse_condition_value(text, operator))
        except Refusal as refusal:
            report.refuse(_place(path, value, at), refusal)
    return tuple(found)


def _principals(value: dict[str, Any], kind: PolicyKind, report: Report, path: Path) -> TrustedPrincipals | None:
    if "principal" not in value:
        return None
    where = (*path, "principal")
    principal = value["principal"]
    if kind is PolicyKind.IDENTITY:
        report.error("InvalidParameter.PrincipalError", where, "only a trust policy may have a `principal`")
        return None
    if principal == "*":
        return TrustedPrincipals(qcs=("*",))
    if not isinstance(principal, dict) or not principal or any(key not in _PRINCIPAL_KINDS for key in principal):
        message = '`principal` must be "*" or an object of `qcs`, `service` or `federated`'
        report.error("InvalidParameter.PrincipalError", where, message)
        return None
    return TrustedPrincipals(
        qcs=_trusted(principal, "qcs", check_trusted, report, where),
        service=_trusted(principal, "service", str, report, where),
        federated=_trusted(principal, "federated", str, report, where),
    )


def _trusted(
    principal: dict[str, Any], kind: str, parse: Callable[[str], str], report: Report, path: Path
) -> tuple[str, ...]:
    if kind not in principal:
        return ()
    return _each(principal[kind], parse, "InvalidParameter.PrincipalError", report, (*path, kind))


def _json_type(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
