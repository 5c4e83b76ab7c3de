"""A gRPC call as mappings see it, on asyncio and threaded servers."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import unquote

_ALTERNATIVE_NAMES = "x509_subject_alternative_name"
_COMMON_NAME = "x509_common_name"


class ServerContext(Protocol):
    """The part that grpcio's asyncio and threaded servicer contexts have in common."""

    def invocation_metadata(self) -> Sequence[tuple[str, str | bytes]] | None:
        """The metadata as pairs."""

    def peer(self) -> str:
        """The peer in gRPC's notation."""

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """The properties of the peer's certificate."""


class GrpcCall:
    """One call, or one message of a stream."""

    __slots__ = ("_context", "api", "message")

    def __init__(self, api: str, message: Any, context: ServerContext) -> None:
        self.api = api
        self.message = message
        self._context = context

    def header(self, name: str) -> tuple[str, ...]:
        """All text values of a metadata key."""
        pairs = self._context.invocation_metadata() or ()
        return tuple(value for key, value in pairs if key == name and isinstance(value, str))

    def address(self) -> str:
        """The peer's IP address; empty on a Unix socket."""
        return address_of(self._context.peer())

    def identities(self) -> tuple[str, ...]:
        """The names in the client certificate, which gRPC has verified; none without TLS or without a certificate."""
        known = self._context.auth_context()
        if b"ssl" not in known.get("transport_security_type", ()):
            return ()
        names = known.get(_ALTERNATIVE_NAMES) or known.get(_COMMON_NAME) or ()
        return tuple(name.decode("utf-8", "replace") for name in names)


def address_of(peer: str) -> str:
    """The IP address in `ipv4:10.0.0.1:5000` or `ipv6:[::1]:5000`, an IPv4-mapped IPv6 address as IPv4."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return ""
    return plain_address(rest.rpartition(":")[0].strip("[]"))


def plain_address(text: str) -> str:
    """An IP address without its zone, an IPv4-mapped IPv6 address as IPv4; empty if `text` is not one."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(inner or address)
