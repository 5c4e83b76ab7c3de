"""The client at the other end of a connection."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Peer:
    """`is_local` on a Unix socket; `names` are the subject alternative names and the common name of its certificate."""

    is_local: bool = False
    names: frozenset[str] = frozenset()


def peer_of(transport: asyncio.BaseTransport) -> Peer:
    """The peer of a connection, after the handshake of TLS if there is one."""
    connected = transport.get_extra_info("socket")
    if connected is not None and connected.family == socket.AF_UNIX:
        return Peer(is_local=True)
    return Peer(names=frozenset(_names(transport.get_extra_info("peercert") or {})))


def _names(certificate: Mapping[str, Any]) -> Iterator[str]:
    """The names of a certificate in the form of `ssl`."""
    for kind, name in certificate.get("subjectAltName", ()):
        if kind in ("DNS", "URI", "email"):
            yield name
        elif kind == "IP Address":
            with suppress(ValueError):
                yield str(ipaddress.ip_address(name.strip()))
    subject = (field for group in certificate.get("subject", ()) for field in group)
    yield from [name for kind, name in subject if kind == "commonName"][:1]
