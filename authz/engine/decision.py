"""The answer: allowed or not, why, and by which statement."""

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """Why a decision came out as it did; the numbers are those of the wire contract."""

    ROOT_ACCOUNT = 1
    ALLOWED = 2
    EXPLICIT_DENY = 3
    NO_MATCHING_ALLOW = 4
    OUTSIDE_BOUNDARY = 5
    UNKNOWN_PRINCIPAL = 6
    CROSS_ACCOUNT = 7


ALLOWING = frozenset({Reason.ROOT_ACCOUNT, Reason.ALLOWED})
"""The reasons of decisions that allow; all others deny."""


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement by its policy's name, its index from 0 and what the policy is attached to (`user/100001`)."""

    policy: str
    index: int
    attached_to: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Made once for each statement and then shared; `statement` is None where no statement decided.

    It holds while the server's clock is in `window`, from its start on and before its end, in seconds since the epoch;
    None: at any time, since no condition read the clock.
    """

    allowed: bool
    reason: Reason
    statement: StatementRef | None = None
    window: tuple[float, float] | None = None


ROOT_ACCOUNT = Decision(allowed=True, reason=Reason.ROOT_ACCOUNT)
NO_MATCHING_ALLOW = Decision(allowed=False, reason=Reason.NO_MATCHING_ALLOW)
OUTSIDE_BOUNDARY = Decision(allowed=False, reason=Reason.OUTSIDE_BOUNDARY)
UNKNOWN_PRINCIPAL = Decision(allowed=False, reason=Reason.UNKNOWN_PRINCIPAL)
CROSS_ACCOUNT = Decision(allowed=False, reason=Reason.CROSS_ACCOUNT)
