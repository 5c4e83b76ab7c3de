"""Who asks, as grpcio tells it."""

import pytest

from authz.server.grpcio.grpcio_calls import peer_of
from authz.server.peer import Peer


class Context:
    def __init__(self, peer="ipv4:127.0.0.1:1", **names):
        self._peer = peer
        self._names = {f"x509_{key}": [name.encode() for name in value] for key, value in names.items()}

    def peer(self):
        return self._peer

    def auth_context(self):
        return self._names


@pytest.mark.parametrize(
    ("context", "peer"),
    [
        (Context(), Peer()),
        (Context(subject_alternative_name=["a", "b"], common_name=["c"]), Peer(names=frozenset("abc"))),
        (Context(peer="unix:/run/authz.sock"), Peer(is_local=True)),
        (Context(peer="unix:", common_name=["c"]), Peer(is_local=True)),
        (Context(peer="ipv6:[::1]:9"), Peer()),
    ],
)
def test_a_peer_is_local_or_has_the_names_of_its_certificate(context, peer):
    assert peer_of(context) == peer
