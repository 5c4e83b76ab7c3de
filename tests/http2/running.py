"""A server of the room on a thread of its own, for tests that talk to it from theirs."""

import asyncio
import threading
import time
from contextlib import contextmanager

from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.http2.listener import GrpcServer
from tests.http2.echo import METHODS, bound
from tests.waiting import DEADLINE


class Running:
    """A server on a loop of its own thread; `drain` may be called while clients are under way."""

    def __init__(
        self,
        security=None,
        path=None,
        limits=DEFAULT_HTTP2_LIMITS,
        methods_for=lambda _transport: None,
        wall=time.time,
    ):
        self.loop = asyncio.new_event_loop()
        self.failures = []
        self.port, self.path = None, path
        self._ask = (security, path, limits, methods_for, wall)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self.loop).result(DEADLINE)

    async def _start(self):
        security, path, limits, methods_for, wall = self._ask
        self.server = GrpcServer(METHODS, limits, failed=self.failures.append, methods_for=methods_for, wall=wall)
        listening = bound("127.0.0.1:0" if path is None else f"unix:{path}")
        self.port = listening.getsockname()[1] if path is None else None
        await self.server.listen(listening, security)

    def under_way(self):
        """How many calls there are that take time."""

        async def count():
            return sum(task.get_coro().__qualname__ == "GrpcApplication._run" for task in asyncio.all_tasks())

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(DEADLINE)

    def drain(self, seconds):
        return asyncio.run_coroutine_threadsafe(self.server.drain(seconds), self.loop)


@contextmanager
def running(**options):
    server = Running(**options)
    try:
        yield server
    finally:
        server.drain(0).result(DEADLINE)
        server.loop.call_soon_threadsafe(server.loop.stop)
        server.thread.join(DEADLINE)
        server.loop.close()


def unary(channel, message, **options):
    return channel.unary_unary("/echo.Echo/Unary")(message, timeout=DEADLINE, **options)


def certified(tmp_path, authority, name="server"):
    certificate, key = authority.issue("localhost", "localhost")
    files = tmp_path / f"{name}.crt", tmp_path / f"{name}.key"
    for file, content in zip(files, (certificate, key), strict=True):
        file.write_bytes(content)
    return files
