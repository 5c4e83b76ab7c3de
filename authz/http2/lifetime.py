"""The lifetime of a connection: until its age limit, and at most until the certificate of its client expires."""

import asyncio
import ssl
from dataclasses import dataclass
from enum import Enum
from math import inf

_SPREAD = 0.1  # of the age, either way, as in gRPC's own servers: connections that came together end apart


class Stage(Enum):
    """SERVING, ENDING (no new calls, open ones may finish) or OVER (open calls are aborted)."""

    SERVING = "serving"
    ENDING = "ending"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The ends of a connection: `ends_at` by the loop's clock; `expires_at`, of a certificate, by the wall clock."""

    ends_at: float = inf
    expires_at: float = inf
    grace: float = inf

    def stage(self, now: float, wall: float) -> Stage:
        """The stage at a time, given by both clocks."""
        late = max(now - self.ends_at, wall - self.expires_at)
        if late < 0:
            return Stage.SERVING
        return Stage.ENDING if late < self.grace else Stage.OVER


def lifetime(age: float, grace: float, began: float, expires_at: float, chance: float) -> Lifetime:
    """The lifetime of a connection; `chance`, from 0 to 1, varies its age."""
    return Lifetime(began + age * (1 - _SPREAD + 2 * _SPREAD * chance), expires_at, grace)


def certificate_end(transport: asyncio.BaseTransport) -> float:
    """When the certificate of the client expires, in seconds since the epoch; infinity without one."""
    shown = transport.get_extra_info("peercert") or {}
    return float(ssl.cert_time_to_seconds(shown["notAfter"])) if "notAfter" in shown else inf
