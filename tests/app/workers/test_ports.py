import socket
from contextlib import closing

import pytest

from authz.app.workers.ports import Ports
from authz.errors import ListenError
from authz.server.listeners import parse_address


@pytest.fixture
def ports():
    with closing(Ports()) as held:
        yield held


def test_a_port_is_chosen_and_kept_for_those_who_share_it(ports):
    [address] = ports.reserve([parse_address("127.0.0.1:0")], 2)
    port = int(address.target.rpartition(":")[2])
    with closing(socket.socket()) as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
    with closing(socket.socket()) as worker:
        worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        worker.bind(("127.0.0.1", port))


def test_a_port_that_somebody_has_is_refused_even_if_they_would_share_it(ports):
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ListenError, match=f"127.0.0.1:{port}"):
            ports.reserve([parse_address(f"127.0.0.1:{port}")], 2)


@pytest.mark.parametrize("address", ["203.0.113.1:0", "no.such.host.invalid:1"])
def test_a_place_that_is_not_here_is_refused(ports, address):
    with pytest.raises(ListenError, match="cannot listen"):
        ports.reserve([parse_address(address)], 2)


def test_a_unix_socket_is_refused_with_the_way_out(ports):
    with pytest.raises(ListenError, match="one worker"):
        ports.reserve([parse_address("unix:/tmp/a.sock")], 3)
