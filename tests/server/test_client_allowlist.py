import pytest

from authz.errors import ForbiddenClientError
from authz.server.client_allowlist import ClientAllowlist
from authz.server.peer import Peer


def named(*names):
    return Peer(names=frozenset(names))


ALLOWLIST = ClientAllowlist(["spiffe://mesh/shop", "billing"])


@pytest.mark.parametrize(
    "peer",
    [named("other.example", "spiffe://mesh/shop"), named("billing"), Peer(is_local=True)],
)
def test_a_client_with_an_allowed_name_or_on_a_unix_socket_may_call(peer):
    assert ALLOWLIST.rejection(peer) is None


@pytest.mark.parametrize(
    "peer",
    [Peer(), named("Billing"), named("spiffe://mesh/shop/x", "shop")],
)
def test_other_clients_may_not(peer):
    assert isinstance(ALLOWLIST.rejection(peer), ForbiddenClientError)


def test_a_rejection_lists_the_names_of_the_client():
    assert str(ALLOWLIST.rejection(named("mallory"))).endswith("has mallory")
