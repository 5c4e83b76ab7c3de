"""From a decision to the bytes of a CheckResponse.

The revision is kept apart: fields of one message may be joined as bytes, so an answer that outlives a revision is
stamped with the new one without being encoded again.
"""

from authz.engine.decision import Decision
from authz.v1 import authz_pb2


def write_answer(decision: Decision, message: str) -> bytes:
    """Encode everything but the revision; `message` is the text of a denial, empty when allowed."""
    response = authz_pb2.CheckResponse(
        allowed=decision.allowed, reason=authz_pb2.Reason.Name(decision.reason), message=message
    )
    if decision.statement is not None:
        response.statement.policy = decision.statement.policy
        response.statement.index = decision.statement.index
        response.statement.attached_to = decision.statement.attached_to
    return response.SerializeToString()


def revision_text(revision: int) -> str:
    """A revision as callers see it: opaque to them, a rising number to us."""
    return str(revision)


def write_revision(revision: int) -> bytes:
    """The revision field of a CheckResponse, to be appended to an answer."""
    return authz_pb2.CheckResponse(revision=revision_text(revision)).SerializeToString()


def write_watch(revision: int, accounts: frozenset[str] | None) -> bytes:
    """Encode a WatchRevisionResponse; None stands for all accounts."""
    return authz_pb2.WatchRevisionResponse(
        revision=revision_text(revision), accounts=sorted(accounts or ()), all=accounts is None
    ).SerializeToString()
