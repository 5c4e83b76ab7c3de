"""Probes and metrics over HTTP, on a thread of their own: /healthz, /readyz, /metrics."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client.exposition import make_wsgi_app
from prometheus_client.registry import CollectorRegistry

from authz.errors import ListenError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:  # a probe every second is no news
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class HttpEndpoint:
    """Serves until `close`. `/healthz` is alive; `/readyz` is 503 until `is_ready` says yes."""

    def __init__(self, address: str, registry: CollectorRegistry, is_ready: Callable[[], bool]) -> None:
        self._metrics: WSGIApplication = make_wsgi_app(registry)
        self._is_ready = is_ready
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise ListenError(f"`{address}` is not `host:port`")
        try:
            self._server = make_server(host.strip("[]"), int(port), self._answer, _Server, _QuietHandler)
        except OSError as error:
            raise ListenError(f"cannot serve HTTP on `{address}`: {error.strerror}") from None
        self.address = f"{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="http", daemon=True)
        self._thread.start()

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            return self._metrics(environ, start_response)
        if path == "/healthz" or (path == "/readyz" and self._is_ready()):
            return _text(start_response, "200 OK", "ok\n")
        if path == "/readyz":
            return _text(start_response, "503 Service Unavailable", "no policies are loaded yet, or stopping\n")
        return _text(start_response, "404 Not Found", "try /healthz, /readyz or /metrics\n")

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _text(start_response: "StartResponse", status: str, body: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body.encode()]
