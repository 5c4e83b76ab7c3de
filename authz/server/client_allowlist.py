"""Which clients may call, by the names in their certificates."""

from collections.abc import Iterable

from authz.errors import ForbiddenClientError
from authz.server.peer import Peer


class ClientAllowlist:
    """Accepts clients whose certificate has one of the `allowed` names: a subject alternative name or common name.

    A Unix socket is guarded by its permissions, so every client that could open it is accepted.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def rejection(self, peer: Peer) -> ForbiddenClientError | None:
        """Why a client may not call; None if it may."""
        if peer.is_local or peer.names & self._allowed:
            return None
        names = ", ".join(sorted(peer.names)) or "none"
        return ForbiddenClientError(f"no identity of this client is allowed here; its certificate has {names}")
