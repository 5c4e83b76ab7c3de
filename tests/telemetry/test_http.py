"""Probes get their answers, whatever others do to the endpoint that gives them."""

import gzip
import socket
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress

import pytest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import CollectorRegistry

from authz.errors import ListenError
from authz.telemetry import places
from authz.telemetry.http import HttpEndpoint
from authz.telemetry.metrics import registry_of
from authz.telemetry.metrics_snapshot import MetricsSnapshot
from tests.waiting import BRIEF, DEADLINE, eventually

GET = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture
def ready():
    return [False]


@pytest.fixture
def endpoint(ready):
    served = HttpEndpoint("127.0.0.1:0", registry_of(MetricsSnapshot), lambda: ready[0])
    yield served
    served.close()


def status(endpoint, path):
    try:
        with urllib.request.urlopen(f"http://{endpoint.address}{path}", timeout=DEADLINE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def connected(endpoint, address=None):
    host, _, port = endpoint.address.rpartition(":")
    source = None if address is None else (address, 0)
    return socket.create_connection((host, int(port)), DEADLINE, source_address=source)


def heard(peer):
    """All that comes until the server hangs up."""
    parts = []
    with suppress(ConnectionResetError):
        while part := peer.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def said(endpoint, request):
    with connected(endpoint) as peer:
        peer.sendall(request)
        return heard(peer)


def test_alive_is_not_ready(endpoint, ready):
    assert (status(endpoint, "/healthz"), status(endpoint, "/readyz")) == (200, 503)
    ready[0] = True
    assert status(endpoint, "/readyz") == 200


def test_metrics_are_served_and_nothing_else(endpoint):
    assert (status(endpoint, "/metrics"), status(endpoint, "/"), status(endpoint, "/metrics/x")) == (200, 404, 404)


@pytest.mark.parametrize("address", ["8080", "host:port", "", "127.0.0.1:65536"])
def test_an_address_is_host_and_port(address):
    with pytest.raises(ListenError, match="host:port"):
        HttpEndpoint(address, registry_of(MetricsSnapshot), lambda: True)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70])
def test_a_host_that_cannot_be_found_is_told(host):
    with pytest.raises(ListenError, match="cannot serve HTTP"):
        HttpEndpoint(f"{host}:0", registry_of(MetricsSnapshot), lambda: True)


def test_a_taken_port_is_told(endpoint):
    with pytest.raises(ListenError, match="cannot serve HTTP"):
        HttpEndpoint(endpoint.address, registry_of(MetricsSnapshot), lambda: True)


def test_an_endpoint_may_be_closed_twice(endpoint):
    endpoint.close()
    endpoint.close()
    with pytest.raises(ConnectionRefusedError):
        connected(endpoint)


@pytest.mark.parametrize(
    ("request_", "first"),
    [
        (GET, b"HTTP/1.1 200 OK"),
        (GET.replace(b"\r\n", b"\n"), b"HTTP/1.1 200 OK"),
        (b"GET /healthz?verbose HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"GET http://here/healthz HTTP/1.1\r\nHost: here\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"POST /healthz HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Method Not Allowed"),
        (b"GET /healthz\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET /healthz HTTP/2.0\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET http://[/ HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"\x16\x03\x01\xff\xff\0\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET /" + b"x" * 8200, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 2000, b"HTTP/1.1 431 Request Header Fields Too Large"),
    ],
)
def test_each_connection_has_one_answer(endpoint, request_, first):
    answer = said(endpoint, request_)
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(first)
    assert b"Connection: close" in head
    assert f"Content-Length: {len(content)}".encode() in head


def test_a_head_has_no_content(endpoint):
    head, end, content = said(endpoint, GET.replace(b"GET", b"HEAD")).partition(b"\r\n\r\n")
    assert (b"Content-Length: 3" in head, bool(end), content) == (True, True, b"")


def test_of_requests_in_a_row_the_first_is_answered(endpoint):
    assert said(endpoint, GET * 50).count(b"HTTP/1.1 200 OK") == 1


def test_a_request_may_come_in_pieces(endpoint):
    with connected(endpoint) as peer:
        for byte in GET:
            peer.sendall(bytes([byte]))
        assert heard(peer).startswith(b"HTTP/1.1 200 OK")


def test_metrics_come_as_the_client_prefers(endpoint):
    plain = said(endpoint, b"GET /metrics HTTP/1.1\r\n\r\n")
    packed = said(endpoint, b"GET /metrics HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n")
    opened = said(endpoint, b"GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text\r\n\r\n")
    assert b"authz_workers 1.0" in plain
    assert b"authz_workers 1.0" in gzip.decompress(packed.partition(b"\r\n\r\n")[2])
    assert opened.rstrip().endswith(b"# EOF")


def test_thousands_of_connections_cost_no_threads_and_keep_no_probe_from_its_answer(endpoint):
    threads = set(threading.enumerate())
    with ExitStack() as stack:
        for number in range(2000):
            peer = stack.enter_context(connected(endpoint, f"127.0.1.{number % 100 + 1}"))
            peer.sendall((b"", b"GET /heal", GET[:-2], b"\x16\x03")[number % 4])
            if number % 400 == 0:
                assert status(endpoint, "/healthz") == 200
                assert set(threading.enumerate()) <= threads
        assert len(endpoint._places) <= 256


def test_given_one_address_has_all_places_then_its_oldest_make_room_and_another_keeps_its_own(endpoint):
    with ExitStack() as stack:
        other = stack.enter_context(connected(endpoint, "127.0.0.9"))
        other.sendall(GET[:-2])
        eventually(lambda: len(endpoint._places) == 1)
        first, *_ = [stack.enter_context(connected(endpoint, "127.0.0.8")) for _ in range(600)]
        assert heard(first) == b""
        other.sendall(b"\r\n")
        assert heard(other).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("request_", [b"", GET[:-2]])
def test_a_request_that_does_not_end_is_given_up(endpoint, monkeypatch, request_):
    monkeypatch.setattr(places, "_SECONDS", BRIEF)
    assert said(endpoint, request_) == b""


def big_endpoint(*, size=10, is_broken=False):
    class Big:
        collected = 0

        def collect(self):
            self.collected += 1
            if is_broken:
                raise RuntimeError("a fault of ours")
            family = GaugeMetricFamily("big", "x" * size)
            family.add_metric([], self.collected)
            yield family

    collector, registry = Big(), CollectorRegistry()
    registry._collector_to_names[collector] = []
    return HttpEndpoint("127.0.0.1:0", registry, lambda: True)


def test_an_answer_that_is_long_arrives_whole():
    endpoint = big_endpoint(size=8_000_000)
    assert len(said(endpoint, b"GET /metrics HTTP/1.1\r\n\r\n")) > 8_000_000
    endpoint.close()


def test_who_takes_no_answer_is_hung_up_on_and_its_answer_is_not_copied(monkeypatch):
    endpoint = big_endpoint(size=20_000_000)
    try:
        with connected(endpoint) as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            eventually(lambda: [each for each in endpoint._places._taken if each._unsent])
            [waiting] = endpoint._places._taken
            assert waiting._transport.get_write_buffer_size() <= 16384
            monkeypatch.setattr(places, "_SECONDS", BRIEF)
            eventually(lambda: not len(endpoint._places))
    finally:
        endpoint.close()


def test_a_flood_of_scrapes_is_answered():
    endpoint = big_endpoint()
    answers = [said(endpoint, b"GET /metrics HTTP/1.1\r\n\r\n") for _ in range(100)]
    endpoint.close()
    assert {answer[:15] for answer in answers} == {b"HTTP/1.1 200 OK"}


def test_a_fault_of_ours_costs_the_request_that_met_it():
    endpoint = big_endpoint(is_broken=True)
    try:
        assert said(endpoint, b"GET /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 500 ")
        assert status(endpoint, "/healthz") == 200
    finally:
        endpoint.close()


def test_ipv6_is_an_address_too():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        endpoint = HttpEndpoint("[::1]:0", registry_of(MetricsSnapshot), lambda: True)
    except ListenError:
        pytest.skip("this machine has no IPv6")
    assert endpoint.address.startswith("[::1]:")
    assert status(endpoint, "/readyz") == 200
    endpoint.close()
