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

    def check(self, peer: Peer) -> None:
        """Check the peer of a call.

        Raises:
            ForbiddenClientError: if it may not call.
        """
        if not peer.is_local and not peer.names & self._allowed:
            names = ", ".join(sorted(peer.names)) or "none"
            raise ForbiddenClientError(f"no identity of this client is allowed here; its certificate has {names}")
