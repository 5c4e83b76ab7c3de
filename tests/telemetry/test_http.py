import urllib.error
import urllib.request

import pytest

from authz.errors import ListenError
from authz.telemetry.http import HttpEndpoint
from authz.telemetry.metrics import Reading, registry_of
from tests.waiting import DEADLINE


@pytest.fixture
def ready():
    return [False]


@pytest.fixture
def endpoint(ready):
    served = HttpEndpoint("127.0.0.1:0", registry_of(Reading), lambda: ready[0])
    yield served
    served.close()


def status(endpoint, path):
    try:
        with urllib.request.urlopen(f"http://{endpoint.address}{path}", timeout=DEADLINE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_alive_is_not_ready(endpoint, ready):
    assert (status(endpoint, "/healthz"), status(endpoint, "/readyz")) == (200, 503)
    ready[0] = True
    assert status(endpoint, "/readyz") == 200


def test_metrics_are_served_and_nothing_else(endpoint):
    assert (status(endpoint, "/metrics"), status(endpoint, "/")) == (200, 404)


@pytest.mark.parametrize("address", ["8080", "host:port", ""])
def test_an_address_is_host_and_port(address):
    with pytest.raises(ListenError, match="host:port"):
        HttpEndpoint(address, registry_of(Reading), lambda: True)


def test_a_taken_port_is_told(endpoint):
    with pytest.raises(ListenError, match="cannot serve HTTP"):
        HttpEndpoint(endpoint.address, registry_of(Reading), lambda: True)
