"""A connection ends at its age, or with the certificate of its client, and its last calls have a grace."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import grpc
import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from authz.http2.lifetime import Lifetime, Stage, certificate_end, lifetime
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.server.tls import server_context
from tests.certificates import Authority
from tests.http2.running import certified, running, unary
from tests.waiting import DEADLINE, eventually

DAY = 86400.0


@pytest.mark.parametrize(
    ("now", "wall", "stage"),
    [
        (99.9, 999.9, Stage.SERVING),
        (100.0, 0.0, Stage.ENDING),
        (0.0, 1000.0, Stage.ENDING),
        (109.9, 1009.9, Stage.ENDING),
        (110.0, 0.0, Stage.OVER),
        (0.0, 1010.0, Stage.OVER),
    ],
)
def test_it_ends_by_whichever_clock_comes_first(now, wall, stage):
    assert Lifetime(100.0, 1000.0, 10.0).stage(now, wall) is stage


def test_without_an_end_it_serves_for_ever():
    assert Lifetime().stage(1e12, 1e12) is Stage.SERVING


def test_without_a_grace_calls_may_take_their_time():
    assert Lifetime(100.0).stage(1e12, 0.0) is Stage.ENDING


@given(st.floats(0, 1), st.floats(1, 1e6), st.floats(0, 1e6))
def test_an_age_is_a_tenth_more_or_less(chance, age, began):
    ends = lifetime(age, 1.0, began, inf, chance).ends_at
    assert began + 0.899 * age <= ends <= began + 1.101 * age


def test_connections_that_came_together_do_not_go_together():
    assert [lifetime(100.0, 1.0, 0.0, inf, chance).ends_at for chance in (0.0, 0.5, 1.0)] == pytest.approx(
        [90, 100, 110]
    )


class Shown:
    """A transport that knows of its peer what `ssl` tells."""

    def __init__(self, certificate):
        self._certificate = certificate

    def get_extra_info(self, name):
        return self._certificate if name == "peercert" else None


def test_a_certificate_ends_when_it_says(tmp_path):
    pem, _ = Authority().issue("me")
    (tmp_path / "pem").write_bytes(pem)
    shown = ssl._ssl._test_decode_cert(str(tmp_path / "pem"))
    end = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    assert datetime.fromtimestamp(certificate_end(Shown(shown)), UTC) == end
    assert certificate_end(Shown(None)) == certificate_end(Shown({})) == inf


class Clock:
    """A wall clock that stands at the real time until it is moved."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return datetime.now(UTC).timestamp() + self.ahead


def mutual(tmp_path, authority):
    (tmp_path / "ca").write_bytes(authority.pem)
    return server_context(*certified(tmp_path, authority), tmp_path / "ca")


def connected(server, authority, days):
    certificate, key = authority.issue("me", days=days)
    credentials = grpc.ssl_channel_credentials(authority.pem, key, certificate)
    return grpc.secure_channel(f"localhost:{server.port}", credentials, [("grpc.use_local_subchannel_pool", 1)])


def ends(server):
    """When the certificates of the connected clients end, the soonest first."""
    return sorted(peer.lifetime.expires_at for peer in tuple(server.server.upkeep.peers))


def test_a_connection_ends_with_the_certificate_of_its_client_and_no_other(tmp_path):
    authority, wall = Authority(), Clock()
    with (
        running(security=mutual(tmp_path, authority), wall=wall) as server,
        connected(server, authority, 1) as short,
        connected(server, authority, 10) as long,
    ):
        assert unary(short, b"a") == unary(long, b"a") == b"a"
        soon, late = ends(server)
        assert late - soon == pytest.approx(9 * DAY, abs=3600)
        wall.ahead = 2 * DAY
        eventually(lambda: ends(server) == [late])
        assert unary(long, b"b") == b"b"
    assert server.failures == []


def test_a_call_under_way_has_its_grace_and_no_more(tmp_path):
    authority, wall = Authority(), Clock()
    limits = replace(DEFAULT_HTTP2_LIMITS, age_grace_seconds=3 * DAY)
    with (
        running(security=mutual(tmp_path, authority), wall=wall, limits=limits) as server,
        connected(server, authority, 1) as channel,
    ):
        call = channel.stream_stream("/echo.Echo/Converse")(iter([b"wait"]), timeout=DEADLINE)
        eventually(server.under_way)
        [peer] = server.server.upkeep.peers
        wall.ahead = 2 * DAY
        eventually(lambda: peer.connection.is_draining)
        assert call.is_active()
        wall.ahead = 5 * DAY
        with pytest.raises(grpc.RpcError) as caught:
            next(call)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        eventually(lambda: peer not in server.server.upkeep.peers)


def test_an_aged_connection_takes_no_call_and_loses_none():
    limits = replace(DEFAULT_HTTP2_LIMITS, age_seconds=0.5, age_grace_seconds=DEADLINE)
    seen = []
    with running(limits=limits) as server, grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:

        def has_come_again():
            assert unary(channel, b"a") == b"a"
            seen.extend(peer for peer in tuple(server.server.upkeep.peers) if peer not in seen)
            return len(seen) >= 3

        eventually(has_come_again)
    assert server.failures == []
