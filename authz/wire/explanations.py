"""From an explanation or a listing to the bytes of its response, bounded since it can repeat a caller's values."""

from collections.abc import Sequence

from authz.engine.decision import StatementRef
from authz.insight.allowed_resources import AllowedResources
from authz.insight.explain import Explanation, StatementTrace
from authz.insight.suggest import Suggestion
from authz.v1 import authz_pb2
from authz.wire.answers import revision_text

STATEMENT_BYTES = 1024 * 1024
"""Limit on all statements of one explanation."""
_VALUES = 10  # shown of a condition key
_CHARACTERS = 200  # shown of a value


def write_explanation(explanation: Explanation, answer: bytes) -> bytes:
    """Encode an ExplainResponse; `answer` is the CheckResponse to the same question, with its revision."""
    traces = _fitting([_trace(trace) for trace in explanation.statements])
    response = authz_pb2.ExplainResponse(
        statements=traces,
        suggestions=[
            *(authz_pb2.Suggestion(text=remark) for remark in explanation.remarks),
            *(_suggestion(suggestion) for suggestion in explanation.suggestions),
        ],
        omitted_statements=len(explanation.statements) - len(traces),
    )
    response.response.ParseFromString(answer)
    return response.SerializeToString()


def _fitting(traces: Sequence[authz_pb2.StatementTrace]) -> Sequence[authz_pb2.StatementTrace]:
    """The traces that fit into STATEMENT_BYTES, in order; those that do not cover the action are left out first."""
    kept: set[int] = set()
    room = STATEMENT_BYTES
    for at in sorted(range(len(traces)), key=lambda at: not traces[at].action_matched):
        room -= traces[at].ByteSize()
        if room < 0:
            break
        kept.add(at)
    return [trace for at, trace in enumerate(traces) if at in kept]


def _shown(values: Sequence[str]) -> Sequence[str]:
    shown = [value if len(value) <= _CHARACTERS else f"{value[:_CHARACTERS]}…" for value in values[:_VALUES]]
    return [*shown, f"… and {len(values) - _VALUES} more"] if len(values) > _VALUES else shown


def write_listing(resources: AllowedResources, revision: int) -> bytes:
    """Encode an AllowedResourcesResponse."""
    return authz_pb2.AllowedResourcesResponse(
        allow=resources.allow,
        deny=resources.deny,
        needs_check=resources.needs_check,
        remarks=resources.remarks,
        revision=revision_text(revision),
    ).SerializeToString()


def _ref(ref: StatementRef) -> authz_pb2.StatementRef:
    return authz_pb2.StatementRef(policy=ref.policy, index=ref.index, attached_to=ref.attached_to)


def _trace(trace: StatementTrace) -> authz_pb2.StatementTrace:
    return authz_pb2.StatementTrace(
        statement=_ref(trace.statement),
        effect=trace.effect.value,
        action_matched=trace.action_matched,
        resource_matched=trace.resource_matched,
        condition_matched=trace.condition_matched,
        conditions=[
            authz_pb2.ConditionTrace(
                operator=condition.operator,
                key=condition.key,
                expected=condition.expected,
                actual=_shown(condition.actual),
                matched=condition.matched,
            )
            for condition in trace.conditions
        ],
        summary=trace.summary,
    )


def _suggestion(suggestion: Suggestion) -> authz_pb2.Suggestion:
    additions = [
        authz_pb2.PolicyAddition(attach_to=addition.attach_to, policy_document=addition.document)
        for addition in suggestion.additions
    ]
    return authz_pb2.Suggestion(
        text=suggestion.text,
        policy_document=suggestion.additions[0].document if suggestion.additions else "",
        lift=[_ref(ref) for ref in suggestion.lift],
        additions=additions,
        context=[authz_pb2.ContextChange(key=change.key, values=change.values) for change in suggestion.context],
    )
