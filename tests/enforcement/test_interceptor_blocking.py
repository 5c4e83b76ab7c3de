"""What the interceptor for threads does alone; what it shares with its twin is in test_interceptor_aio."""

import pytest

from authz.client import Client
from authz.enforcement import PUBLIC, AuthorizationInterceptor, current_call
from authz.errors import ConfigurationError
from tests.client.proxy import Proxy
from tests.enforcement.backend import Told, failure, mapping, stub_on, threaded_backend
from tests.sidecar import EXAMPLE, Sidecar, user
from tests.waiting import BRIEF, FOREVER

HEIDI = (("x-principal", user(100008)),)


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


def test_a_principal_that_needs_an_event_loop_is_refused_at_start():
    async def principal(_call):
        return user()

    with Client("127.0.0.1:1") as client, pytest.raises(ConfigurationError, match="asynchronous"):
        AuthorizationInterceptor(mapping(principal=principal), client)


def test_a_principal_that_turns_out_to_be_awaitable_is_a_fault(sidecar):
    async def later():
        return user()

    made = []

    def principal(_call):
        made.append(later())
        return made[-1]

    with threaded_backend(sidecar.socket, mapping(principal=principal)) as (record, port), stub_on(port) as stub:
        assert failure(lambda: stub.one(app="1400000001"))[0] == "INTERNAL"
        assert record.seen == []
    made[0].close()


def test_threads_of_the_pool_forget_the_call_that_they_served(sidecar):
    with threaded_backend(sidecar.socket, mapping()) as (record, port), stub_on(port, metadata=HEIDI) as stub:
        assert stub.many(app="1400000001") == ["1400000001"] * 2
        assert [call.api for call in record.calls] == ["/test.Backend/Many"] * 2
    with pytest.raises(LookupError):
        current_call()


def test_a_caller_that_waits_less_than_the_timeout_holds_no_worker_longer(sidecar):
    handlers = (lambda _request, _context: Told(),) * 5
    mapped = mapping({"List": PUBLIC})
    with (
        Proxy(sidecar.tcp) as proxy,
        threaded_backend(proxy.address, mapped, handlers=handlers, timeout=FOREVER, workers=1) as (_, port),
        stub_on(port, metadata=HEIDI) as stub,
    ):
        stub.one(app="1400000001")
        proxy.fall_silent()
        assert failure(lambda: stub.one(app="1400000001", timeout=BRIEF))[0] in ("DEADLINE_EXCEEDED", "UNAVAILABLE")
        stub.one(method="List")  # the only worker is free again
