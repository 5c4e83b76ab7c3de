"""Real clients, unchanged, against the built-in transport, over TCP and Unix sockets: the same in every language.

Those of Python always run; the others with AUTHZ_TEST_LANGUAGES=1, since they are fetched and compiled.
"""

import os
import resource
from collections import Counter

import pytest
from grpc_health.v1 import health_pb2

from authz.v1 import authz_pb2
from tests.builders import APP_1
from tests.clients.scenarios.clients import CLIENTS, keepalive, ready
from tests.clients.scenarios.server import DETAILS, MESSAGE
from tests.clients.scenarios.stage import Server, handed_over, play
from tests.sidecar import EXAMPLE, Sidecar, check_request, user

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SHORT = ("unary", "deadline", "cancellation", f"metadata={TRACEPARENT}", "details", "large", "streaming")
CONNECTIONS = 1000
CANCELLED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION = 1, 8, 9

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", autouse=True)
def descriptors():
    """A thousand connections need as many files, here and in every program that is started."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module", params=CLIENTS)
def client(request):
    return CLIENTS[request.param]


@pytest.fixture(scope="module")
def program(client, tmp_path_factory):
    return ready(client, tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module", params=["TCP", "Unix socket"])
def place(request, tmp_path_factory):
    return f"unix:{tmp_path_factory.mktemp('s') / 's'}" if request.param == "Unix socket" else "127.0.0.1:0"


@pytest.fixture(scope="module")
def told(program, place):
    """What came of the short scenarios, and what the server heard."""
    with Server(place) as server:
        return play(program, server.address, *SHORT), server.stop()


def test_a_call_is_answered(told):
    assert told[0]["unary"] == "hello"


def test_a_deadline_ends_a_call_on_both_sides(client, told):
    code, left = told[0]["deadline"]
    assert code in client.late
    assert left == "0"


def test_a_cancelled_call_ends_on_both_sides(told):
    before, code, left = told[0]["cancellation"]
    assert (before, code, left) == ("1", CANCELLED, "0")


def test_metadata_arrives_as_it_was_sent(told):
    pairs = [pair.partition("=")[::2] for pair in told[0]["metadata"].split(";")]
    assert {("k-bin", "00fffe80"), ("traceparent", TRACEPARENT)} <= set(pairs)
    assert [value for name, value in pairs if name == "twice"] == ["a", "b"]


def test_an_error_arrives_with_its_message_and_its_details(told):
    code, message, details, plain = told[0]["details"]
    assert (code, message, plain) == (FAILED_PRECONDITION, MESSAGE, "yes")
    assert bytes.fromhex(details) == DETAILS.SerializeToString()


def test_a_message_of_the_greatest_size_goes_both_ways_and_a_greater_one_is_refused(told):
    assert told[0]["large"] == [True, RESOURCE_EXHAUSTED, "on"]


def test_conversations_and_streams_arrive_whole(told):
    assert told[0]["streaming"] == [100, 100]


def test_the_server_takes_none_of_it_for_abuse(told):
    assert (told[1]["faults"], told[1]["failures"]) == ({}, [])


def test_a_thousand_connections_are_served_at_once(program, place):
    with Server(place) as server:
        outcomes = play(program, server.address, f"connections={CONNECTIONS}")
        assert outcomes["connections"] == [CONNECTIONS, str(CONNECTIONS)]
        assert server.stop()["faults"] == {}


def test_no_call_is_lost_while_one_server_hands_over_to_another(client, program, place):
    """Each is handled once and answered, but for those that a client never began."""
    told, heard = handed_over(program, place, "drain=300")
    assert set(told["failed"]) <= {str(code) for code in client.turned_away}, (told, heard)
    assert Counter(told["told"]) == {str(each["pid"]): each["handled"] for each in heard}, (told, heard)
    assert sum(told["told"].values()) + sum(told["failed"].values()) == told["asked"]
    assert [each["faults"] for each in heard] == [{}, {}]


def test_keepalive_pings_are_answered_and_keep_the_connection(client, program, place):
    with Server(place) as server:
        is_same, pings = play(program, server.address, keepalive(client)).popitem()[1]
        assert is_same
        assert pings >= client.pings
        assert server.stop()["faults"] == {}


@pytest.fixture(scope="module")
def sidecar():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AUTHZ_SERVE_TRANSPORT", "native")
        with Sidecar(EXAMPLE) as running:
            yield running


def test_the_sidecar_answers_checks_streams_and_probes(program, place, sidecar):
    request = check_request(user(), "im:AddUser", APP_1)
    digits = request.SerializeToString().hex()
    address = sidecar.socket if place.startswith("unix:") else sidecar.tcp
    heard = play(program, address, f"check={digits}", f"stream_check={digits}", "watch", "health")
    expected = sidecar.stub.Check(request)
    answers = [authz_pb2.CheckResponse.FromString(bytes.fromhex(each)) for each in heard["stream_check"]]
    assert expected.allowed
    assert authz_pb2.CheckResponse.FromString(bytes.fromhex(heard["check"])) == expected
    assert answers == [expected] * 10
    assert authz_pb2.WatchRevisionResponse.FromString(bytes.fromhex(heard["watch"])).revision == expected.revision
    status = health_pb2.HealthCheckResponse.FromString(bytes.fromhex(heard["health"])).status
    assert status == health_pb2.HealthCheckResponse.SERVING
