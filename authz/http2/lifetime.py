"""How long a connection may live: until an age, and no longer than the certificate by which its client was let in."""

import asyncio
import ssl
from dataclasses import dataclass
from enum import Enum
from math import inf

_SPREAD = 0.1  # of the age, either way, as gRPC's own servers have it: what came together shall not go together


class Stage(Enum):
    """SERVING, ENDING (no new calls, those under way may finish) or OVER (nobody waits for them any more)."""

    SERVING = "serving"
    ENDING = "ending"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Of one connection. `ends_at` is by the loop's clock, `expires_at` by the wall clock, since certificates are."""

    ends_at: float = inf
    expires_at: float = inf
    grace: float = inf

    def stage(self, now: float, wall: float) -> Stage:
        """What becomes of the connection at a time, given by both clocks."""
        late = max(now - self.ends_at, wall - self.expires_at)
        if late < 0:
            return Stage.SERVING
        return Stage.ENDING if late < self.grace else Stage.OVER


def lifetime(age: float, grace: float, began: float, expires_at: float, chance: float) -> Lifetime:
    """The lifetime of a connection that `began` then; `chance` from 0 to 1 says how it differs from those of others."""
    return Lifetime(began + age * (1 - _SPREAD + 2 * _SPREAD * chance), expires_at, grace)


def certificate_end(transport: asyncio.BaseTransport) -> float:
    """When the certificate that a client showed ends, in seconds since the epoch; infinity without one."""
    shown = transport.get_extra_info("peercert") or {}
    return float(ssl.cert_time_to_seconds(shown["notAfter"])) if "notAfter" in shown else inf
