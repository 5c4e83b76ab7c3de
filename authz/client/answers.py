"""The answers of a sidecar as immutable types, and their strict decoding."""

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
    """The reason of a decision: the numbers of the contract, and negative ones of the client.

    A negative reason means that the sidecar did not decide and the client denied (`OnFailure.DENY`).
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
_KEPT = 1024  # largest answer in bytes whose decoding is cached


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement by the name of its policy, its index from 0 and where the policy is attached (`user/100001`)."""

    policy: str
    index: int
    attached_to: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision. It is true exactly if it allows, so that `if decision:` is safe.

    `message` is CAM's text of a denial, `revision` the one of the decision, empty if the client denied.
    """

    allowed: bool
    reason: Reason
    statement: StatementRef | None = None
    message: str = ""
    revision: str = ""

    def __bool__(self) -> bool:
        return self.allowed


Answer = Decision | ClientError
"""The answer to one of several questions."""


@dataclass(frozen=True, slots=True)
class AllowedResources:
    """Allowed patterns, denied patterns, and whether tags make a check of each resource necessary.

    `remarks` describe doubtful parts of the question, such as an action that does not exist.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...]
    needs_check: bool
    revision: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One condition of a statement, with the expected values and those of the request."""

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
    """A condition key to add to the request, or to omit if it has no values."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that would reverse the decision; all of its parts are necessary.

    A suggestion with only a text is a remark on the question, such as an action that does not exist.
    """

    text: str
    policy_document: str
    lift: tuple[StatementRef, ...]
    additions: tuple[PolicyAddition, ...]
    context: tuple[ContextChange, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, every statement that was considered for it, and what would change it."""

    decision: Decision
    statements: tuple[StatementTrace, ...]
    suggestions: tuple[Suggestion, ...]


def denial_of(error: ClientError) -> Decision:
    """The denial that the client returns for a failure."""
    return Decision(allowed=False, reason=Reason[error.reason], message=str(error))


def first_denial(answers: Sequence[Answer]) -> Answer:
    """The first answer that does not allow, or else the last one; expects at least one."""
    return next((each for each in answers if isinstance(each, ClientError) or not each.allowed), answers[-1])


def read_decision(data: bytes) -> Decision:
    """Decode a CheckResponse.

    Raises:
        MalformedAnswerError: if it is malformed or contradicts itself.
    """
    return _decision(_decode(authz_pb2.CheckResponse(), data))


def read_batch(data: bytes, size: int) -> list[Answer]:
    """Decode a BatchCheckResponse to `size` questions; a malformed item becomes an error of that item.

    Raises:
        MalformedAnswerError: if it is malformed, or has another number of answers.
    """
    results = _decode(_RawBatch(), data).results
    if len(results) != size:
        raise MalformedAnswerError(f"the batch has {len(results)} answers; expected {size}")
    try:
        return [_known_decision_of_item(data) if len(data) <= _KEPT else _decision_of_item(data) for data in results]
    except ClientError:  # at least one item has an error, which is rare
        return list(map(_item, results))


def read_listing(data: bytes) -> AllowedResources:
    """Decode an AllowedResourcesResponse.

    Raises:
        MalformedAnswerError: if it is malformed.
    """
    message = _decode(authz_pb2.AllowedResourcesResponse(), data)
    patterns = tuple(message.allow), tuple(message.deny)
    return AllowedResources(*patterns, message.needs_check, message.revision, tuple(message.remarks))


def read_explanation(data: bytes) -> Explanation:
    """Decode an ExplainResponse.

    Raises:
        MalformedAnswerError: if it is malformed.
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
        raise MalformedAnswerError(f"the answer is not a valid {message.DESCRIPTOR.full_name}") from None
    return message


def _decision(message: Any) -> Decision:
    try:
        reason = Reason(message.reason)
    except ValueError:
        raise MalformedAnswerError(f"the answer has the unknown reason {message.reason}") from None
    if reason < 0 or message.allowed != (reason in _ALLOWING):
        raise MalformedAnswerError(f"the answer is contradictory: allowed={message.allowed} with reason {reason.name}")
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
    raise MalformedAnswerError("an item of the batch has neither a decision nor an error")


# Answers repeat, and looking up their bytes is cheaper than reading five fields.
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
