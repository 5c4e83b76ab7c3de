"""Who is at the other end of a connection."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """It is local on a Unix socket. `names` are those of its certificate, the alternative ones and the common one."""

    is_local: bool = False
    names: frozenset[str] = frozenset()
