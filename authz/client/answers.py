"""From bytes to answers: typed, immutable, and refused where they cannot be understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from authz.client.faults import MalformedAnswerError, fault_of_item
from authz.errors import ClientError
from authz.raw_messages import with_raw_field
from authz.v1 import authz_pb2

M = TypeVar("M", bound=Message)


class Reason(IntEnum):
    """Why a decision came out as it did: the contract's numbers, and below 0 those of this side.

    The negative ones say that nobody decided, and are denials made by the client (`OnFailure.DENY`).
    """

    ROOT_ACCOUNT = 1
    ALLOWED = 2
    EXPLICIT_DENY = 3
    NO_MATCHING_ALLOW = 4
    OUTSIDE_BOUNDARY = 5
    UNKNOWN_PRINCIPAL = 6
    CROSS_ACCOUNT = 7
    SIDECAR_UNAVAILABLE = -1
    SIDECAR_TIMED_OUT = -2
    SIDECAR_OVERLOADED = -3
    SIDECAR_FAULT = -4
    QUESTION_REFUSED = -5


_RawBatch = with_raw_field("BatchCheckResponse", "results")
_ALLOWING = frozenset({Reason.ROOT_ACCOUNT, Reason.ALLOWED})
_KEPT = 1024  # bytes of an answer that is remembered: denials that name long resources or conditions are not


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement by its policy's name, its index from 0 and what the policy is attached to (`user/100001`)."""

    policy: str
    index: int
    attached_to: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer. It is true exactly when it allows, so that `if decision:` cannot be an allow by mistake.

    `message` is CAM's text on a denial, `revision` that for which the answer holds; empty if nobody answered.
    """

    allowed: bool
    reason: Reason
    statement: StatementRef | None = None
    message: str = ""
    revision: str = ""

    def __bool__(self) -> bool:
        return self.allowed


Answer = Decision | ClientError
"""What came of one of several questions."""


@dataclass(frozen=True, slots=True)
class AllowedResources:
    """Patterns that are allowed, those to take away, and whether tags make a check of each resource necessary.

    `remarks` are sentences on what is doubtful about the question itself, such as an action that does not exist.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...]
    needs_check: bool
    revision: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One condition of a statement, with what it expected and what the request had."""

    operator: str
    key: str
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    matched: bool


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement that was considered; `effect` is "allow" or "deny"."""

    statement: StatementRef
    effect: str
    action_matched: bool
    resource_matched: bool
    condition_matched: bool
    conditions: tuple[ConditionTrace, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class PolicyAddition:
    """A policy document to attach."""

    attach_to: str
    policy_document: str


@dataclass(frozen=True, slots=True)
class ContextChange:
    """A condition key to bring with the request; without values: to leave out."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that would turn the decision; all of its parts belong together.

    A text alone is a remark on the question itself, such as an action that does not exist.
    """

    text: str
    policy_document: str
    lift: tuple[StatementRef, ...]
    additions: tuple[PolicyAddition, ...]
    context: tuple[ContextChange, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, every statement that was considered for it, and what would turn it."""

    decision: Decision
    statements: tuple[StatementTrace, ...]
    suggestions: tuple[Suggestion, ...]


def denial_of(error: ClientError) -> Decision:
    """The denial that stands for a failure."""
    return Decision(allowed=False, reason=Reason[error.reason], message=str(error))


def first_denial(answers: Sequence[Answer]) -> Answer:
    """The first of at least one answer that is not an allow, or the last allow."""
    return next((each for each in answers if isinstance(each, ClientError) or not each.allowed), answers[-1])


def read_decision(data: bytes) -> Decision:
    """Decode a CheckResponse.

    Raises:
        MalformedAnswerError: for other bytes, and for an answer that contradicts itself.
    """
    return _decision(_decode(authz_pb2.CheckResponse(), data))


def read_batch(data: bytes, size: int) -> list[Answer]:
    """Decode a BatchCheckResponse to `size` questions; an item that cannot be understood is that item's error.

    Raises:
        MalformedAnswerError: for other bytes, or another number of answers.
    """
    results = _decode(_RawBatch(), data).results
    if len(results) != size:
        raise MalformedAnswerError(f"{len(results)} answers to {size} questions")
    try:
        return [_known_decision_of_item(data) if len(data) <= _KEPT else _decision_of_item(data) for data in results]
    except ClientError:  # at least one; most batches have none
        return list(map(_item, results))


def read_listing(data: bytes) -> AllowedResources:
    """Decode an AllowedResourcesResponse.

    Raises:
        MalformedAnswerError: for other bytes.
    """
    message = _decode(authz_pb2.AllowedResourcesResponse(), data)
    patterns = tuple(message.allow), tuple(message.deny)
    return AllowedResources(*patterns, message.needs_check, message.revision, tuple(message.remarks))


def read_explanation(data: bytes) -> Explanation:
    """Decode an ExplainResponse.

    Raises:
        MalformedAnswerError: for other bytes.
    """
    message = _decode(authz_pb2.ExplainResponse(), data)
    return Explanation(
        _decision(message.response),
        tuple(map(_statement, message.statements)),
        tuple(map(_suggestion, message.suggestions)),
    )


def _decode(message: M, data: bytes) -> M:
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise MalformedAnswerError(f"these bytes are no {message.DESCRIPTOR.full_name}") from None
    return message


def _decision(message: Any) -> Decision:
    try:
        reason = Reason(message.reason)
    except ValueError:
        raise MalformedAnswerError(f"the reason {message.reason} is not known") from None
    if reason < 0 or message.allowed != (reason in _ALLOWING):
        raise MalformedAnswerError(f"allowed is {message.allowed}, with the reason {reason.name}")
    statement = _ref(message.statement) if message.HasField("statement") else None
    return Decision(message.allowed, reason, statement, message.message, message.revision)


@lru_cache(maxsize=4096)
def _statement_ref(policy: str, index: int, attached_to: str) -> StatementRef:
    return StatementRef(policy, index, attached_to)


def _ref(message: Any) -> StatementRef:
    return _statement_ref(message.policy, message.index, message.attached_to)


def _item(data: bytes) -> Answer:
    try:
        return _known_decision_of_item(data) if len(data) <= _KEPT else _decision_of_item(data)
    except ClientError as error:
        return error


def _decision_of_item(data: bytes) -> Decision:
    result = _decode(authz_pb2.BatchCheckResult(), data)
    if result.HasField("response"):
        return _decision(result.response)
    if result.HasField("error"):
        raise fault_of_item(result.error.code, result.error.message)
    raise MalformedAnswerError("an item without an answer")


# Answers repeat, and five fields cost more to read one by one than their bytes to look up.
_known_decision_of_item = lru_cache(maxsize=8192)(_decision_of_item)


def _statement(message: Any) -> StatementTrace:
    return StatementTrace(
        _ref(message.statement),
        message.effect,
        message.action_matched,
        message.resource_matched,
        message.condition_matched,
        tuple(
            ConditionTrace(each.operator, each.key, tuple(each.expected), tuple(each.actual), each.matched)
            for each in message.conditions
        ),
        message.summary,
    )


def _suggestion(message: Any) -> Suggestion:
    return Suggestion(
        message.text,
        message.policy_document,
        tuple(map(_ref, message.lift)),
        tuple(PolicyAddition(each.attach_to, each.policy_document) for each in message.additions),
        tuple(ContextChange(each.key, tuple(each.values)) for each in message.context),
    )
