"""Printing of decisions and explanations on the terminal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import click
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from authz.engine.decision import Reason
from authz.printable import json_text, printable
from authz.v1 import authz_pb2

AnyMessage = TypeVar("AnyMessage", bound=Message)

_BECAUSE: Mapping[Reason, str] = {
    Reason.ROOT_ACCOUNT: "the root account may do everything with what it owns",
    Reason.ALLOWED: "an allow statement matches and no deny does",
    Reason.EXPLICIT_DENY: "a deny statement matches",
    Reason.NO_MATCHING_ALLOW: "no statement allows it",
    Reason.OUTSIDE_BOUNDARY: "the permissions boundary does not cover it",
    Reason.UNKNOWN_PRINCIPAL: "there is no such account, user or role",
    Reason.CROSS_ACCOUNT: "the resource belongs to another root account",
}


def show_answer(response: authz_pb2.CheckResponse, *, as_json: bool, remarks: Iterable[str] = ()) -> None:
    """Print one decision to standard output, and unless `as_json`, remarks on the question."""
    if as_json:
        click.echo(json_text(_answer_value(response)))
        return
    lines = (*_answer_lines(_printable(response)), *(_remark_line(printable(text)) for text in remarks))
    click.echo("\n".join(lines))


def show_explanation(response: authz_pb2.ExplainResponse, *, as_json: bool) -> None:
    """Print a decision with every statement that was considered, and what would change it."""
    lines = [json_text(_explanation_value(response))] if as_json else _explanation_lines(_printable(response))
    click.echo("\n".join(lines))


def _printable(response: AnyMessage) -> AnyMessage:
    """A copy whose strings are printable.

    CAM's denial message has one line break, after the action (cam-language 7), and no action contains one: every other
    line break comes from a value and is escaped.
    """
    shown = type(response)()
    shown.CopyFrom(response)
    _escape(shown)
    return shown


def _escape(message: Message) -> None:
    for field, value in message.ListFields():
        if isinstance(value, str):
            parts = value.split("\n", 1) if field.name == "message" else [value]
            setattr(message, field.name, "\n".join(map(printable, parts)))
        elif field.message_type is not None:
            for each in [value] if isinstance(value, Message) else value:
                _escape(each)
        elif field.type == FieldDescriptor.TYPE_STRING:
            value[:] = [printable(text) for text in value]


def _answer_value(response: authz_pb2.CheckResponse) -> dict[str, Any]:
    ref = response.statement
    statement = {"policy": ref.policy, "index": ref.index, "attached_to": ref.attached_to}
    return {
        "allowed": response.allowed,
        "reason": Reason(response.reason).name,
        "statement": statement if response.HasField("statement") else None,
        "message": response.message,
        "revision": response.revision,
    }


def _explanation_value(response: authz_pb2.ExplainResponse) -> dict[str, Any]:
    value: dict[str, Any] = MessageToDict(
        response, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return value | {"response": _answer_value(response.response)}


def _answer_lines(response: authz_pb2.CheckResponse) -> Iterator[str]:
    reason = Reason(response.reason)
    word = click.style("allowed", fg="green") if response.allowed else click.style("denied", fg="red")
    yield f"{word}: {_BECAUSE[reason]} ({reason.name})"
    if response.HasField("statement"):
        ref = response.statement
        yield f"  statement {ref.index} of policy {ref.policy}, attached to {ref.attached_to}"
    yield from (f"  {line}" for line in response.message.splitlines())


def _explanation_lines(response: authz_pb2.ExplainResponse) -> Iterator[str]:
    yield from _answer_lines(response.response)
    yield from map(_remark_line, remarks_of(response))
    yield "statements considered:" if response.statements else "no statement is attached"
    for trace in response.statements:
        yield from _trace_lines(trace)
    if response.omitted_statements:
        yield f"  … and {response.omitted_statements} more, left out because the answer would be too long"
    changes = [each for each in response.suggestions if not _is_remark(each)]
    if changes:
        yield "what would deny it:" if response.response.allowed else "what would allow it:"
    for suggestion in changes:
        yield f"  {suggestion.text}"
        yield from (f"    {addition.attach_to}: {addition.policy_document}" for addition in suggestion.additions)


def remarks_of(response: authz_pb2.ExplainResponse) -> list[str]:
    """The remarks of an explanation on the question itself."""
    return [suggestion.text for suggestion in response.suggestions if _is_remark(suggestion)]


def _is_remark(suggestion: authz_pb2.Suggestion) -> bool:
    return not (suggestion.lift or suggestion.additions or suggestion.context)


def _remark_line(text: str) -> str:
    return f"  note: {text}"


def _trace_lines(trace: authz_pb2.StatementTrace) -> Iterator[str]:
    ref = trace.statement
    missing = list(_missing(trace))
    verb = "does" if len(missing) == 1 else "do"
    verdict = f"{' and '.join(missing)} {verb} not match" if missing else click.style("applies", bold=True)
    yield f"  {ref.policy}[{ref.index}] of {ref.attached_to}: {trace.summary}: {verdict}"
    for condition in trace.conditions:
        expected, actual = ", ".join(condition.expected), ", ".join(condition.actual) or "nothing"
        holds = "holds" if condition.matched else "does not hold"
        yield f"    {condition.operator} {condition.key}: expected {expected}, got {actual}: {holds}"


def _missing(trace: authz_pb2.StatementTrace) -> Iterator[str]:
    if not trace.action_matched:
        yield "action"
    if not trace.resource_matched:
        yield "resource"
    if not trace.condition_matched:
        yield "condition"
