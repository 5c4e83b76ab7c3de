import pytest

from authz.errors import ForbiddenClientError
from authz.server.client_allowlist import ClientAllowlist
from authz.server.peer import Peer


def named(*names):
    return Peer(names=frozenset(names))


GATE = ClientAllowlist(["spiffe://mesh/shop", "billing"])


@pytest.mark.parametrize(
    "peer",
    [named("other.example", "spiffe://mesh/shop"), named("billing"), Peer(is_local=True)],
)
def test_who_has_an_allowed_name_or_could_open_the_socket_may_ask(peer):
    GATE.check(peer)


@pytest.mark.parametrize(
    "peer",
    [Peer(), named("Billing"), named("spiffe://mesh/shop/x", "shop")],
)
def test_everybody_else_may_not(peer):
    with pytest.raises(ForbiddenClientError):
        GATE.check(peer)


def test_a_refusal_says_who_it_took_the_client_for():
    with pytest.raises(ForbiddenClientError, match=r"has mallory$"):
        GATE.check(named("mallory"))
