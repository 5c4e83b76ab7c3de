"""From an explanation or a listing to the bytes of its response."""

from authz.engine.decision import StatementRef
from authz.engine.explain import Explanation, StatementTrace
from authz.engine.listing import AllowedResources
from authz.engine.suggest import Suggestion
from authz.v1 import authz_pb2
from authz.wire.answers import revision_text


def write_explanation(explanation: Explanation, answer: bytes) -> bytes:
    """Encode an ExplainResponse; `answer` is the CheckResponse of the same question, revision included."""
    response = authz_pb2.ExplainResponse(
        statements=[_trace(trace) for trace in explanation.statements],
        suggestions=[_suggestion(suggestion) for suggestion in explanation.suggestions],
    )
    response.response.ParseFromString(answer)
    return response.SerializeToString()


def write_listing(resources: AllowedResources, revision: int) -> bytes:
    """Encode an AllowedResourcesResponse."""
    return authz_pb2.AllowedResourcesResponse(
        allow=resources.allow,
        deny=resources.deny,
        needs_check=resources.needs_check,
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
                actual=condition.actual,
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
