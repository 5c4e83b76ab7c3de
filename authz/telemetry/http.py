"""The HTTP endpoint for probes and metrics, on its own thread: /healthz, /readyz, /metrics."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from prometheus_client.registry import CollectorRegistry

from authz.errors import ListenError
from authz.telemetry.exchange import Answer, Exchange, Request, text
from authz.telemetry.places import Places
from authz.telemetry.scrapes import Scrapes

_BACKLOG = 256
_TICK_SECONDS = 1.0


class HttpEndpoint:
    """Serves until `close`. `/healthz` always answers 200.

    `/readyz` answers 503 while `is_ready` returns False; when it answers 200, it also lists what is stale.
    Each connection serves one request. The number of connections is limited: when all places are taken, a new
    connection replaces an old one, so that idle connections cannot block a probe.
    """

    def __init__(
        self,
        address: str,
        registry: CollectorRegistry,
        is_ready: Callable[[], bool],
        stale: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Listen.

        Raises:
            ListenError: if `address` is not `host:port`, or the socket cannot listen there.
        """
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ListenError(f"`{address}` is not `host:port`")
        try:
            self._bound = _bound(host.strip("[]"), int(port))
        except (OSError, UnicodeError) as error:  # UnicodeError: the name cannot be a host name
            reason = error.strerror if isinstance(error, OSError) else error
            raise ListenError(f"cannot serve HTTP on `{address}`: {reason}") from None
        self._is_ready = is_ready
        self._stale = stale
        self._scrapes = Scrapes(registry)
        self._places = Places[Exchange]()
        self.address = f"{host}:{self._bound.getsockname()[1]}"
        self._loop = asyncio.SelectorEventLoop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: Exchange(self._answer, self._places), sock=self._bound, backlog=_BACKLOG
        )
        async with server:
            while not self._stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), _TICK_SECONDS)
                self._places.end_overdue(self._loop.time())
        self._places.end_all()
        await asyncio.sleep(0)  # the connections run `connection_lost`

    def _answer(self, request: Request) -> Answer:
        if request.path == "/metrics":
            return self._scrapes.answer(request)
        if request.path == "/healthz":
            return text("200 OK", "ok\n")
        if request.path == "/readyz" and self._is_ready():
            return text("200 OK", "".join(("ok\n", *(f"stale: {line}\n" for line in self._stale()))))
        if request.path == "/readyz":
            return text("503 Service Unavailable", "not ready: no policies are loaded yet, or the server is stopping\n")
        return text("404 Not Found", "not found: the paths are /healthz, /readyz and /metrics\n")

    def close(self) -> None:
        """Stop serving."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()


def _bound(host: str, port: int) -> socket.socket:
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(place[:2], family=family, backlog=_BACKLOG)
