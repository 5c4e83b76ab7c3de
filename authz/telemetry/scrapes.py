"""Rate limit on collecting metrics, which takes time from the requests that the process serves."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from prometheus_client.exposition import make_wsgi_app
from prometheus_client.registry import CollectorRegistry

from authz.telemetry.exchange import Answer, Request, text

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_BURST = 20  # collections at once
_PER_SECOND = 5.0  # collections that become available
_NEGOTIATED = ("accept", "accept-encoding")


class Scrapes:
    """Collects metrics up to a rate; above it, repeats the last response if the same form was requested."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = monotonic) -> None:
        self._app: WSGIApplication = make_wsgi_app(registry)
        self._clock = clock
        self._left, self._at = float(_BURST), clock()
        self._last: tuple[object, Answer] | None = None

    def answer(self, request: Request) -> Answer:
        """The metrics, in the form that the client prefers."""
        asked = (request.query, *(request.fields.get(name, "") for name in _NEGOTIATED))
        if self._may_collect():
            self._last = asked, self._collected(request)
        elif self._last is None or self._last[0] != asked:
            return text("503 Service Unavailable", "too many scrapes; try again later\n", ("Retry-After", "1"))
        return self._last[1]

    def _may_collect(self) -> bool:
        now = self._clock()
        self._left = min(_BURST, self._left + (now - self._at) * _PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _collected(self, request: Request) -> Answer:
        environ: WSGIEnvironment = {"REQUEST_METHOD": "GET", "PATH_INFO": "/metrics", "QUERY_STRING": request.query}
        for name in _NEGOTIATED:
            if name in request.fields:
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = request.fields[name]
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _data: None

        content = b"".join(self._app(environ, start_response))
        [(status, fields)] = started
        return Answer(status, tuple(fields), content)
