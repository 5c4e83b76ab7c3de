"""A sidecar is assembled from settings alone; its life as a process is proven in tests/e2e."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from authz.app.settings import Settings
from authz.app.sidecar import Sidecar, SourceFeed, serve
from authz.engine.live import Engine
from authz.errors import AuthzError, InvalidAccountError, ListenError, SourceError
from authz.server.listeners import parse_address
from authz.sources.follower import Follower
from tests.sidecar import EXAMPLE, write_account
from tests.waiting import DEADLINE, until

ANYWHERE = (parse_address("127.0.0.1:0"),)


@pytest.fixture(autouse=True)
def _signals_of_this_process():
    """A sidecar takes them for good; the tests that follow want theirs back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def silent(_done, _total):
    pass


def test_it_serves_until_a_signal_and_ends_by_itself():
    async def scenario():
        running = asyncio.ensure_future(Sidecar(Settings(EXAMPLE, ANYWHERE, shutdown_notice=0)).run(silent))
        await until(lambda: running.done() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL)
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(running, DEADLINE)

    asyncio.run(scenario())


def test_what_is_wrong_with_the_source_ends_the_start(tmp_path):
    with pytest.raises(SourceError):
        serve(Settings(tmp_path, ANYWHERE), silent)
    write_account(tmp_path, {"p": "{"})
    with pytest.raises(InvalidAccountError):
        serve(Settings(tmp_path, ANYWHERE), silent)


def test_an_address_that_cannot_be_had_ends_the_start():
    with pytest.raises(ListenError):
        serve(Settings(EXAMPLE, (parse_address("203.0.113.1:1"),)), silent)


def test_workers_that_the_system_does_not_start_end_the_start_with_the_reason(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nosuch/python")
    with pytest.raises(ListenError, match="No such file or directory"):
        serve(Settings(EXAMPLE, ANYWHERE, workers=2), silent)


def test_a_start_loads_nothing_that_it_may_never_need():
    """What a process imports is most of its start, and much of its memory."""
    seldom_used = {
        "grpc", "google.protobuf.descriptor_pb2", "hpack", "prometheus_client", "wsgiref", "rich", "cryptography",
        "yaml", "authz.telemetry.metrics",
    }  # fmt: skip
    modules = "authz.cli.serve, authz.server.native.native_transport"
    program = f"import sys, {modules}; print(*{seldom_used} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=DEADLINE)
    assert (result.stdout, result.stderr) == ("\n", "")


def test_a_source_that_is_no_longer_followed_ends_the_sidecar_and_the_log_has_the_cause(monkeypatch, caplog):
    async def follow(_follower):
        raise RuntimeError("a bug of the follower")

    async def scenario():
        monkeypatch.setattr(Follower, "follow", follow)
        await SourceFeed(Settings(EXAMPLE, ANYWHERE), Engine()).follow_until(asyncio.Event())

    with pytest.raises(AuthzError, match="no longer followed"):
        asyncio.run(scenario())
    assert "RuntimeError: a bug of the follower" in caplog.text
