"""The addresses that several workers share, reserved by the supervisor for as long as it lives."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack, closing

from authz.errors import ListenError
from authz.server.listeners import Address


class Ports:
    """TCP ports that other programs cannot take, shared by the sockets that set SO_REUSEPORT, as workers do."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def reserve(self, addresses: Sequence[Address], workers: int) -> tuple[Address, ...]:
        """Reserve all addresses and return them; port 0 becomes a free port.

        Raises:
            ListenError: if an address is in use, does not belong to this machine, or cannot be shared.
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
            family, wanted = _resolved(host.strip("[]"), int(port))
            bound = _free(family, wanted)
            self._hold(family, bound)
        except OSError as error:
            raise ListenError(f"cannot listen on `{address.target}`: {error.strerror or error}") from None
        return Address(f"{host}:{bound[1]}")

    def _hold(self, family: socket.AddressFamily, address: tuple[str, int]) -> None:
        """Bind without listening: the socket accepts no connection, but keeps the port while no worker is up."""
        held = self._held.enter_context(closing(socket.socket(family, socket.SOCK_STREAM)))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(address)

    def close(self) -> None:
        """Release the ports."""
        self._held.close()


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return family, (str(address[0]), int(address[1]))


def _free(family: socket.AddressFamily, address: tuple[str, int]) -> tuple[str, int]:
    """The address with its port, if it is free: SO_REUSEPORT alone would let two sidecars share it unnoticed."""
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return address[0], probe.getsockname()[1]
