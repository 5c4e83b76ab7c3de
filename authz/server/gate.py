"""Which clients may ask, by what their certificates say that they are."""

from collections.abc import Iterable
from typing import Any

from authz.errors import ForbiddenClientError

_NAMES = ("x509_subject_alternative_name", "x509_common_name")
_LOCAL = "unix:"


class Gate:
    """Lets clients in whose certificate bears one of the `allowed` names: a subject alternative name or common name.

    A Unix socket is guarded by its permissions, so whoever could open it may ask.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def check(self, context: Any) -> None:
        """Look at the peer of a call.

        Raises:
            ForbiddenClientError: if it may not ask.
        """
        if context.peer().startswith(_LOCAL):
            return
        names = {name.decode("utf-8", "replace") for key in _NAMES for name in context.auth_context().get(key, ())}
        if not names & self._allowed:
            told = ", ".join(sorted(names)) or "none"
            raise ForbiddenClientError(f"no identity of this client is allowed here; its certificate has {told}")
