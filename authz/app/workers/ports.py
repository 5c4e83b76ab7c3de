"""The addresses of several workers, held by the supervisor for as long as it lives."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack, closing

from authz.errors import ListenError
from authz.server.listeners import Address


class Ports:
    """TCP ports that are taken from other programs, and shared by those who set SO_REUSEPORT as workers do."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def reserve(self, addresses: Sequence[Address], workers: int) -> tuple[Address, ...]:
        """Hold all addresses; those that came with port 0 get one.

        Raises:
            ListenError: if an address is in use, is none of this machine, or cannot be shared.
        """
        return tuple(self._reserve(address, workers) for address in addresses)

    def _reserve(self, address: Address, workers: int) -> Address:
        if address.path is not None:
            raise ListenError(
                f"`{address.target}` cannot be shared by {workers} workers: a Unix socket belongs to one process; "
                "listen on host:port, or use one worker"
            )
        host, _, port = address.target.rpartition(":")
        try:
            place = _resolved(host.strip("[]"), int(port))
            place = _free(*place)
            self._hold(*place)
        except OSError as error:
            raise ListenError(f"cannot listen on `{address.target}`: {error.strerror or error}") from None
        return Address(f"{host}:{place[1][1]}")

    def _hold(self, family: socket.AddressFamily, place: tuple[str, int]) -> None:
        """Bound without listening, it takes no connection, but keeps the port while no worker is up."""
        held = self._held.enter_context(closing(socket.socket(family, socket.SOCK_STREAM)))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(place)

    def close(self) -> None:
        """Give them up."""
        self._held.close()


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return family, (str(place[0]), int(place[1]))


def _free(family: socket.AddressFamily, place: tuple[str, int]) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The place with its port, if nobody listens there: another sidecar that shares its ports would not hinder ours."""
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        return family, (place[0], probe.getsockname()[1])
