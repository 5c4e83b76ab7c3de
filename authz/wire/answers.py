"""From a decision to the bytes of a CheckResponse.

The revision is encoded separately: the fields of a message may be joined as bytes, so a cached answer gets a new
revision without being encoded again.
"""

from authz.engine.decision import Decision, Reason, StatementRef
from authz.engine.denial import denial_parts
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.v1 import authz_pb2
from authz.wire.fields import bytes_field, number_field, text_field


def write_decision(plan: ActionPlan | None, decision: Decision, request: Request) -> tuple[bytes, bytes]:
    """Encode everything except the revision, in two parts; answers share the second, see denial_parts."""
    if decision.allowed:
        return write_answer(decision, b""), b""
    text, hints = denial_parts(plan, request, decision)
    return write_answer(decision, text.encode() + hints).removesuffix(hints), hints


def write_answer(decision: Decision, message: bytes) -> bytes:
    """Encode everything except the revision; `message` is the encoded message of a denial, empty if allowed."""
    answer = _ALLOWED[decision.reason] if decision.allowed else _DENIED[decision.reason]
    if decision.statement is not None:
        answer += _statement(decision.statement)
    return answer + bytes_field(5, message) if message else answer


# CheckResponse.allowed is field 1, .reason 2, .statement 3 and .message 5; tests compare them with protobuf's encoding.
# Lists indexed by number, since hashing a member of an Enum costs more than encoding it.
_DENIED = [number_field(2, number) for number in range(max(Reason) + 1)]
_ALLOWED = [number_field(1, value=True) + field for field in _DENIED]


def _statement(ref: StatementRef) -> bytes:
    return bytes_field(3, text_field(1, ref.policy) + number_field(2, ref.index) + text_field(3, ref.attached_to))


def revision_text(revision: int) -> str:
    """A revision as callers get it: an opaque string to them, a rising number in the engine."""
    return str(revision)


def write_revision(revision: int) -> bytes:
    """The revision field of a CheckResponse, to append to an answer."""
    return authz_pb2.CheckResponse(revision=revision_text(revision)).SerializeToString()


def write_watch(revision: int, accounts: frozenset[str] | None) -> bytes:
    """Encode a WatchRevisionResponse; `accounts` None means all accounts."""
    return authz_pb2.WatchRevisionResponse(
        revision=revision_text(revision), accounts=sorted(accounts or ()), all=accounts is None
    ).SerializeToString()
