"""The call at hand: what is known of it before it is decided, and what a handler may know afterwards."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from authz.client.aio import AsyncClient
from authz.client.answers import Decision
from authz.client.blocking import Client


class IncomingCall(Protocol):
    """A call that is not decided yet, as callables of a mapping see it."""

    @property
    def api(self) -> str:
        """Its full name: `/package.Service/Method`, or method and route over HTTP."""

    @property
    def message(self) -> Any:
        """The request message; over HTTP an HttpRequest."""

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a metadata key or HTTP header, in lower case; binary ones are left out."""

    def address(self) -> str:
        """The IP address of the peer, empty where it has none (a Unix socket)."""

    def identities(self) -> tuple[str, ...]:
        """The names in the peer's verified certificate: alternative names, else its common name."""


class Listed(Protocol):
    """Which items a listing may show; on asyncio its methods are to be awaited."""

    def only(self, items: Iterable[Any]) -> Any:
        """The items that single checks would allow, in order."""


@dataclass(frozen=True, slots=True)
class AuthorizedCall:
    """A call that may be served: by whom it is made, and why it is allowed.

    `decision` is the last of those that all allow; a listing has `listed`
    in its place, which tells what of it may be shown. `client` is there for further questions of the handler,
    blocking or asyncio as the server is.
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
        LookupError: outside a handler whose calls are authorized; those of a public one are not.
    """
    return CURRENT.get()


def account_of(principal: str) -> str:
    """The uin of the root account in `qcs::cam::uin/ROOT:...`; empty for no principal."""
    return principal.removeprefix("qcs::cam::uin/").partition(":")[0]
