"""A call before it is authorized, as mappings see it, and after, as handlers see it."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from authz.client.aio import AsyncClient
from authz.client.answers import Decision
from authz.client.blocking import Client


class IncomingCall(Protocol):
    """A call that is not authorized yet, as the callables of a mapping see it."""

    @property
    def api(self) -> str:
        """The full name: `/package.Service/Method`, or method and route over HTTP."""

    @property
    def message(self) -> Any:
        """The request message; over HTTP an HttpRequest."""

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a metadata key or HTTP header, in lower case; binary ones are left out."""

    def address(self) -> str:
        """The IP address of the peer; empty if it has none (a Unix socket)."""

    def identities(self) -> tuple[str, ...]:
        """The names in the peer's verified certificate: alternative names, or else the common name."""


class Listed(Protocol):
    """The items that a listing may show; await its methods on asyncio servers."""

    def only(self, items: Iterable[Any]) -> Any:
        """The items that single checks would allow, in order."""


@dataclass(frozen=True, slots=True)
class AuthorizedCall:
    """An authorized call: its principal and the decision that allows it.

    `decision` is the last decision if several were needed. A listing has `listed` instead, which selects the items that
    may be shown. `client` is for further checks by the handler; it is blocking or asyncio like the server.
    """

    api: str
    client: "Client | AsyncClient"
    principal: str
    decision: Decision | None = None
    listed: Listed | None = None

    @property
    def account(self) -> str:
        """The uin of the principal's root account."""
        return account_of(self.principal)


CURRENT: ContextVar[AuthorizedCall] = ContextVar("authz_current_call")


def current_call() -> AuthorizedCall:
    """The call that the running handler serves.

    Raises:
        LookupError: outside a handler, and in the handler of a public API.
    """
    return CURRENT.get()


def account_of(principal: str) -> str:
    """The uin of the root account in `qcs::cam::uin/ROOT:...`; empty without a principal."""
    return principal.removeprefix("qcs::cam::uin/").partition(":")[0]
