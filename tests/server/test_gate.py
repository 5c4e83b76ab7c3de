import pytest

from authz.errors import ForbiddenClientError
from authz.server.gate import Gate


class Call:
    def __init__(self, peer="ipv4:127.0.0.1:1", **names):
        self._peer = peer
        self._names = {f"x509_{key}": [name.encode() for name in value] for key, value in names.items()}

    def peer(self):
        return self._peer

    def auth_context(self):
        return self._names


GATE = Gate(["spiffe://mesh/shop", "billing"])


@pytest.mark.parametrize(
    "call",
    [
        Call(subject_alternative_name=["other.example", "spiffe://mesh/shop"]),
        Call(common_name=["billing"]),
        Call(peer="unix:/run/authz.sock"),
        Call(peer="unix:"),
    ],
)
def test_who_has_an_allowed_name_or_could_open_the_socket_may_ask(call):
    GATE.check(call)


@pytest.mark.parametrize(
    "call",
    [
        Call(),
        Call(common_name=["Billing"]),
        Call(subject_alternative_name=["spiffe://mesh/shop/x"], common_name=["shop"]),
        Call(peer="ipv6:[::1]:9"),
    ],
)
def test_everybody_else_may_not(call):
    with pytest.raises(ForbiddenClientError):
        GATE.check(call)


def test_a_refusal_says_who_it_took_the_client_for():
    with pytest.raises(ForbiddenClientError, match=r"has mallory$"):
        GATE.check(Call(common_name=["mallory"]))
