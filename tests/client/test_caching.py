"""A caching client against a real sidecar: what was revoked is refused in time, even without a watch."""

import pytest

from authz.client import ClientError
from tests.client.asking import ALLOW_SEND, CLIENTS, asyncio_client, until
from tests.client.proxy import Proxy
from tests.sidecar import Sidecar, user, write_account
from tests.waiting import BRIEF, DEADLINE, FOREVER

CACHING = {"cache_size": 100, "keepalive": FOREVER}


@pytest.fixture(params=CLIENTS, ids=lambda client: client.__name__)
def connect(request):
    return request.param


@pytest.fixture
def account(tmp_path):
    return grant(tmp_path / "a", "send")


def grant(folder, *policies):
    return write_account(folder, {"send": ALLOW_SEND}, users=[{"uin": "100001", "policies": list(policies)}])


def ask(client, timeout=DEADLINE):
    """Whether it is allowed; nobody's answer is None."""
    try:
        return client.check(user(), "sms:SendSms", timeout=timeout).allowed
    except ClientError:
        return None


def watched(client):
    """Wait until the watch vouches for the cache, and for a decision that came after that."""
    until(client, lambda: client._memory.is_watched)
    until(client, lambda: ask(client) is True and len(client._memory) == 1)


def until_refused(client):
    """Wait until it is not allowed any more, by an answer or for want of one."""
    until(client, lambda: ask(client, BRIEF) is not True)


def test_a_decision_is_kept_no_longer_than_its_watch(account, connect):
    with Sidecar(account) as sidecar, connect(sidecar.socket, cache_size=100, cache_ttl=FOREVER) as client:
        watched(client)
        sidecar.stop()
        until(client, lambda: not client._memory.is_watched)
        with pytest.raises(ClientError):
            client.check(user(), "sms:SendSms", timeout=BRIEF)


def test_a_revoked_permission_is_refused_when_the_watch_tells_so(account, connect):
    with Sidecar(account) as sidecar, connect(sidecar.socket, cache_size=100, cache_ttl=FOREVER) as client:
        watched(client)
        grant(account)
        until_refused(client)
        grant(account, "send")
        until(client, lambda: ask(client) is True)


def test_it_is_refused_in_time_too_after_the_watch_was_cut(account, connect):
    with (
        Sidecar(account) as sidecar,
        Proxy(sidecar.tcp) as proxy,
        connect(proxy.address, **CACHING, cache_ttl=FOREVER) as client,
    ):
        watched(client)
        proxy.cut(refuse=True)
        grant(account)
        until_refused(client)
        assert not client._memory.is_watched
        proxy.heal()
        until(client, lambda: client._memory.is_watched)
        assert ask(client) is False


def test_it_is_refused_in_time_too_after_the_peer_fell_silent(account, connect):
    with Sidecar(account) as sidecar, Proxy(sidecar.tcp) as proxy, connect(proxy.address, **CACHING) as client:
        watched(client)
        ask(client)
        proxy.fall_silent()
        grant(account)
        until(client, lambda: client._memory.get((user(), "sms:SendSms", "*", b""), "") is None)
        assert client._memory.is_watched  # the time ended it that a decision is kept, since nothing else noticed
        assert ask(client, BRIEF) is None


def test_a_sidecar_that_restarts_with_other_policies_is_believed(account, connect, tmp_path):
    socket = f"unix:{tmp_path}/s"
    with connect(socket, cache_size=100, cache_ttl=FOREVER, timeout=DEADLINE) as client:
        with Sidecar(account, "--listen", socket):
            watched(client)
        grant(account)
        until(client, lambda: not client._memory.is_watched)
        with Sidecar(account, "--listen", socket):
            assert ask(client) is False


def test_a_hit_needs_no_turn_of_the_loop(account):
    with Sidecar(account) as sidecar, asyncio_client(sidecar.socket, cache_size=10, cache_ttl=FOREVER) as client:
        watched(client)
        hit = client._client.check(user(), "sms:SendSms")
        with pytest.raises(StopIteration) as returned:
            hit.send(None)
        assert returned.value.value.allowed
