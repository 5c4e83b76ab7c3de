import socket

import pytest

from authz.errors import ListenError
from authz.server.listeners import bind, parse_address
from tests.waiting import DEADLINE


@pytest.mark.parametrize("text", ["127.0.0.1:50051", "[::1]:0", "localhost:65535"])
def test_host_and_port_are_taken_as_they_are(text):
    assert (parse_address(text).target, parse_address(text).path) == (text, None)


def test_a_unix_socket_has_a_path(tmp_path):
    address = parse_address(f"unix:{tmp_path}/a.sock")
    assert (address.target, address.path) == (f"unix:{tmp_path}/a.sock", tmp_path / "a.sock")


@pytest.mark.parametrize("text", ["", "50051", ":50051", "host:", "host:port", "host:65536", "unix:"])
def test_anything_else_is_refused_with_the_form_that_is_wanted(text):
    with pytest.raises(ListenError, match=r"host:port|unix:/path"):
        parse_address(text)


def test_a_port_is_chosen_once_for_all_addresses_of_a_name():
    bound = bind(parse_address("localhost:0"))
    ports = {each.getsockname()[1] for each in bound}
    for each in bound:
        each.close()
    assert len(ports) == 1
    assert ports != {0}


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_all_addresses_are_those_of_both_kinds(host):
    [listening] = bind(parse_address(f"{host}:0"))
    with listening, socket.create_connection(("127.0.0.1", listening.getsockname()[1]), DEADLINE):
        pass


def test_a_port_is_shared_only_by_those_who_say_so():
    [first] = bind(parse_address("127.0.0.1:0"), is_port_shared=True)
    with first:
        address = parse_address(f"127.0.0.1:{first.getsockname()[1]}")
        [second] = bind(address, is_port_shared=True)
        second.close()
        with pytest.raises(OSError, match="in use"):
            bind(address)


def test_an_address_of_another_machine_cannot_be_had():
    with pytest.raises(OSError, match="assign"):
        bind(parse_address("203.0.113.1:0"))
