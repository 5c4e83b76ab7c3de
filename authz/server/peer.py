"""Who is at the other end of a connection."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Peer:
    """It is local on a Unix socket. `names` are those of its certificate, the alternative ones and the common one."""

    is_local: bool = False
    names: frozenset[str] = frozenset()


def peer_of(transport: asyncio.BaseTransport) -> Peer:
    """The peer of a connection that was made, after the handshake if there is TLS."""
    connected = transport.get_extra_info("socket")
    if connected is not None and connected.family == socket.AF_UNIX:
        return Peer(is_local=True)
    return Peer(names=frozenset(_names(transport.get_extra_info("peercert") or {})))


def _names(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Of a certificate as `ssl` tells it."""
    for kind, name in certificate.get("subjectAltName", ()):
        if kind in ("DNS", "URI", "email"):
            yield name
        elif kind == "IP Address":
            with suppress(ValueError):
                yield str(ipaddress.ip_address(name.strip()))
    subject = (field for group in certificate.get("subject", ()) for field in group)
    yield from [name for kind, name in subject if kind == "commonName"][:1]
