"""The decision: whether a request is allowed, the reason, and the statement that decided."""

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """The reason of a decision; the numbers are those of the wire contract."""

    ROOT_ACCOUNT = 1
    ALLOWED = 2
    EXPLICIT_DENY = 3
    NO_MATCHING_ALLOW = 4
    OUTSIDE_BOUNDARY = 5
    UNKNOWN_PRINCIPAL = 6
    CROSS_ACCOUNT = 7


ALLOWING = frozenset({Reason.ROOT_ACCOUNT, Reason.ALLOWED})
"""The reasons that allow; all others deny."""


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement: the name of its policy, its index from 0, and the holder of the policy (`user/100001`)."""

    policy: str
    index: int
    attached_to: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, created once per statement and shared; `statement` is None if no statement decided.

    It is valid while the server's clock is in `window`, start included and end excluded, in seconds since the epoch.
    None means always, since no condition read the clock.
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
