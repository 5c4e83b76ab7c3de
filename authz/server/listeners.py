"""Addresses to listen on: `host:port` and `unix:/path`."""

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

from authz.errors import ListenError

_UNIX = "unix:"
_ALL = ("::", "0.0.0.0")  # noqa: S104 - as the operator wrote
_ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # an address that this machine does not have
_BACKLOG = 1024  # connections that wait to be accepted


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a TCP `target`, or the path of a Unix socket."""

    target: str
    path: Path | None = None

    def with_port(self, port: int) -> str:
        """The target with the bound port, which differs if it was given as 0."""
        return self.target if self.path else f"{self.target.rpartition(':')[0]}:{port}"


def parse_address(text: str) -> Address:
    """Read `host:port` or `unix:/path`.

    Raises:
        ListenError: for anything else.
    """
    if text.startswith(_UNIX):
        path = text.removeprefix(_UNIX)
        if not path:
            raise ListenError(f"`{text}` has no path; write `unix:/path/to.sock`")
        return Address(f"{_UNIX}{path}", Path(path))
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ListenError(f"`{text}` is not `host:port` or `unix:/path`")
    return Address(text)


def bind(address: Address, *, is_port_shared: bool = False) -> list[socket.socket]:
    """Sockets that listen on an address: several if its name has several addresses, all with one port.

    As with grpcio, `0.0.0.0` and `[::]` mean all addresses, of IPv4 and IPv6.

    Raises:
        OSError: if one of them is in use, or none belongs to this machine.
    """
    if address.path is not None:
        return [_bound(socket.AF_UNIX, str(address.path), is_port_shared=False)]
    host, _, text = address.target.rpartition(":")
    host, port = host.strip("[]"), int(text)
    if host in _ALL:
        return [_bound_to_all(port, is_port_shared=is_port_shared)]
    bound: list[socket.socket] = []
    absent: OSError | None = None
    for family, _, _, _, place in dict.fromkeys(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)):
        try:
            bound.append(_bound(family, (place[0], port), is_port_shared=is_port_shared))
        except OSError as error:
            if error.errno not in _ABSENT:
                for each in bound:
                    each.close()
                raise
            absent = error
        else:
            port = bound[0].getsockname()[1]
    if absent is not None and not bound:
        raise absent
    return bound


def _bound_to_all(port: int, *, is_port_shared: bool) -> socket.socket:
    try:
        return _bound(socket.AF_INET6, (_ALL[0], port), is_port_shared=is_port_shared)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return _bound(socket.AF_INET, (_ALL[1], port), is_port_shared=is_port_shared)


def _bound(family: int, place: str | tuple[str | int, int], *, is_port_shared: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family != socket.AF_UNIX:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(is_port_shared))
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(place[0] != _ALL[0]))
        made.bind(place)
        made.listen(_BACKLOG)  # fails if another socket listens there
    except OSError:
        made.close()
        raise
    return made
