"""Which clients may ask, by what their certificates say that they are."""

from collections.abc import Iterable

from authz.errors import ForbiddenClientError
from authz.server.peer import Peer


class ClientAllowlist:
    """Lets clients in whose certificate bears one of the `allowed` names: a subject alternative name or common name.

    A Unix socket is guarded by its permissions, so whoever could open it may ask.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def check(self, peer: Peer) -> None:
        """Look at the peer of a call.

        Raises:
            ForbiddenClientError: if it may not ask.
        """
        if not peer.is_local and not peer.names & self._allowed:
            told = ", ".join(sorted(peer.names)) or "none"
            raise ForbiddenClientError(f"no identity of this client is allowed here; its certificate has {told}")
