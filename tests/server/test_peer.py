"""Who a peer is, by its socket and by its certificate."""

import socket

import pytest

from authz.server.peer import Peer, peer_of


class Transport:
    def __init__(self, certificate=None, family=socket.AF_INET):
        self._known = {"peercert": certificate, "socket": type("Socket", (), {"family": family})}

    def get_extra_info(self, name):
        return self._known.get(name)


def names(*alternative, subject=()):
    return set(peer_of(Transport({"subjectAltName": alternative, "subject": subject})).names)


def test_a_peer_without_certificate_has_no_names():
    assert peer_of(Transport()) == peer_of(Transport({})) == Peer()


def test_a_peer_on_a_unix_socket_is_local():
    assert peer_of(Transport(family=socket.AF_UNIX)) == Peer(is_local=True)


def test_names_are_alternative_ones_of_known_kinds_and_the_first_common_name():
    subject = ((("countryName", "NL"),), (("commonName", "first"), ("commonName", "second")))
    known = ("DNS", "a.example"), ("URI", "spiffe://mesh/shop"), ("email", "a@b")
    assert names(*known, ("othername", "<unsupported>"), subject=subject) == {
        "a.example",
        "spiffe://mesh/shop",
        "a@b",
        "first",
    }


@pytest.mark.parametrize(
    ("told", "name"), [("10.0.0.1", "10.0.0.1"), ("2001:DB8:0:0:0:0:0:1\n", "2001:db8::1"), ("<invalid>", None)]
)
def test_addresses_are_written_in_their_shortest_form(told, name):
    assert names(("IP Address", told)) == ({name} if name else set())
