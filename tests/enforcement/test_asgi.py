"""The middleware before real applications: nothing reaches them that was not allowed, by whatever path."""

import asyncio
import json
import socket
import threading

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route as StarletteRoute

from authz.client import AsyncClient
from authz.enforcement import (
    PUBLIC,
    AuthorizationMiddleware,
    Header,
    HttpMapping,
    Permission,
    Route,
    current_call,
)
from tests.sidecar import DEADLINE, EXAMPLE, Sidecar, eventually, user
from tests.waiting import BRIEF

APP = "qcs::sms::uin/12345678:app/"
DESCRIBE = "sms:DescribeAppInfo"
ROUTES = [
    Route("GET", "/healthz", PUBLIC),
    Route("GET", "/apps/{app}", Permission(DESCRIBE, APP + "{app}")),
    Route("GET", "/apps", Permission(DESCRIBE, APP + "{query.app}")),
    Route("POST", "/apps", Permission(DESCRIBE, APP + "{body.apps.id}")),
    Route("POST", "/messages", Permission("sms:SendSms")),
]
IVAN, HEIDI = user(100009), user(100008)  # ivan has application 1400000001 alone, heidi all of SMS
MINE, OTHER = "1400000001", "1400000002"


class Application:
    """A Starlette application that remembers what it served."""

    def __init__(self):
        self.served = []
        paths = {"/healthz": ["GET"], "/apps/{app}": ["GET"], "/apps": ["GET", "POST"], "/messages": ["POST"],
                 "/hidden": ["GET"]}  # fmt: skip
        self.app = Starlette(routes=[StarletteRoute(path, self.serve, methods=kinds) for path, kinds in paths.items()])

    async def serve(self, request):
        self.served.append(request.url.path)
        body = await request.body()
        principal = current_call().principal if request.url.path != "/healthz" else ""
        return JSONResponse({"principal": principal, "body": body.decode()})


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


class Backend:
    """Requests as a user, through the middleware."""

    def __init__(self, target, timeout=DEADLINE, **options):
        self._target = target
        self._timeout = timeout
        self._options = options
        self.application = Application()

    def mapped(self, client):
        mapping = HttpMapping(ROUTES, principal=Header("X-Principal"))
        return AuthorizationMiddleware(
            self.application.app, mapping=mapping, client=client, timeout=self._timeout, **self._options
        )

    def ask(self, method, url, principal=IVAN, **options):
        async def send():
            async with AsyncClient(self._target, timeout=self._timeout) as client:
                transport = httpx.ASGITransport(self.mapped(client))
                async with httpx.AsyncClient(transport=transport, base_url="http://backend") as http:
                    headers = {"x-principal": principal, **options.pop("headers", {})} if principal else {}
                    return await http.request(method, url, headers=headers, **options)

        return asyncio.run(send())

    def scope(self, path, raw_path=None, method="GET", kind="http"):
        """What the application was sent for a scope as no proper client would make it."""
        sent = []
        scope = {
            "type": kind, "method": method, "path": path, "raw_path": raw_path, "root_path": "", "query_string": b"",
            "headers": [(b"x-principal", IVAN.encode())], "scheme": "http", "server": ("backend", 80),
        }  # fmt: skip

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        async def serve():
            async with AsyncClient(self._target, timeout=self._timeout) as client:
                await self.mapped(client)(scope, receive, send)

        asyncio.run(serve())
        return sent


@pytest.fixture
def backend(sidecar):
    return Backend(sidecar.socket)


def test_an_allowed_request_is_served_and_its_handler_knows_the_caller(backend):
    answer = backend.ask("GET", f"/apps/{MINE}")
    assert (answer.status_code, answer.json()["principal"]) == (200, IVAN)


def test_a_denied_request_gets_a_tencent_cloud_error(backend):
    answer = backend.ask("GET", f"/apps/{OTHER}")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/json")
    response = answer.json()["Response"]
    assert response["Error"]["Code"] == "UnauthorizedOperation"
    assert response["Error"]["Message"].startswith(f"you are not authorized to perform operation ({DESCRIBE})")
    assert len(response["RequestId"]) == 36
    assert backend.application.served == []


@pytest.mark.parametrize(
    ("method", "url", "options", "status"),
    [
        ("GET", f"/apps?app={MINE}", {}, 200),
        ("GET", f"/apps?app={MINE}&app={OTHER}", {}, 403),
        ("GET", f"/apps?app={OTHER}&app={MINE}", {}, 403),
        ("GET", "/apps", {}, 400),
        ("GET", "/apps?app=*", {}, 400),
        ("POST", "/apps", {"json": {"apps": [{"id": MINE}]}}, 200),
        ("POST", "/apps", {"json": {"apps": [{"id": int(MINE)}, {"id": OTHER}]}}, 403),
        ("POST", "/apps", {"json": {"apps": []}}, 400),
        ("POST", "/apps", {"content": b"{}"}, 400),
        ("POST", "/apps", {"json": {"apps": {"id": MINE}}, "headers": {"content-encoding": "gzip"}}, 400),
        ("POST", "/messages", {}, 403),
        ("POST", "/messages", {"principal": HEIDI}, 200),
        ("GET", f"/apps/{MINE}", {"principal": ""}, 401),
        ("GET", f"/apps/{MINE}", {"principal": "ivan"}, 401),
        ("GET", "/healthz", {"principal": ""}, 200),
        ("GET", "/hidden", {"principal": HEIDI}, 403),
        ("HEAD", f"/apps/{MINE}", {}, 403),
        ("OPTIONS", f"/apps/{MINE}", {}, 403),
        ("GET", f"/apps/{MINE}/", {}, 403),
        ("GET", "/apps/*", {}, 400),
        ("GET", f"/apps/{OTHER}:x", {}, 400),
    ],
)
def test_each_request_has_its_status(backend, method, url, options, status):
    assert backend.ask(method, url, **options).status_code == status
    assert len(backend.application.served) == (status == 200)


def test_the_application_gets_the_body_that_was_looked_into(backend):
    body = {"apps": [{"id": MINE}], "rest": "x" * 5000}
    assert json.loads(backend.ask("POST", "/apps", json=body).json()["body"]) == body


def test_a_body_beyond_the_limit_is_refused(sidecar):
    backend = Backend(sidecar.socket, max_body=100)
    assert backend.ask("POST", "/apps", json={"apps": [{"id": MINE}], "rest": "x" * 100}).status_code == 400


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/healthz/../hidden", b"/healthz/../hidden"), ("/healthz/../hidden", b"/healthz/%2e%2e/hidden"),
        ("//hidden", b"//hidden"), ("/healthz//", b"/healthz//"), (f"/apps/{MINE}/../{OTHER}", None),
        (f"/apps/{MINE}/{OTHER}", f"/apps/{MINE}%2F{OTHER}".encode()), ("/hidden", b"/hidden"),
        ("/healthz\\..\\hidden", None), ("/healthz;/hidden", None), ("/HEALTHZ", b"/HEALTHZ"), ("", b""),
    ],
)  # fmt: skip
def test_no_way_of_writing_a_path_goes_round_the_mapping(backend, path, raw):
    start, *_ = backend.scope(path, raw)
    assert start["status"] in (400, 403)
    assert backend.application.served == []


def test_websockets_are_refused(backend):
    assert backend.scope("/healthz", kind="websocket") == [{"type": "websocket.close", "code": 1008}]
    assert backend.application.served == []


def test_without_a_sidecar_a_request_is_unavailable_and_a_public_one_is_served():
    backend = Backend("127.0.0.1:1", timeout=BRIEF)
    answer = backend.ask("GET", f"/apps/{MINE}")
    assert (answer.status_code, answer.json()["Response"]["Error"]["Code"]) == (503, "ServiceUnavailable")
    assert backend.ask("GET", "/healthz").status_code == 200
    assert backend.application.served == ["/healthz"]


def test_a_client_that_goes_while_it_sends_its_body_is_forgotten(backend):
    async def receive():
        return {"type": "http.disconnect"}

    async def serve():
        sent = []

        async def send(message):
            sent.append(message)

        async with AsyncClient(backend._target) as client:
            scope = {"type": "http", "method": "POST", "path": "/apps", "headers": []}
            await backend.mapped(client)(scope, receive, send)
        return sent

    assert asyncio.run(serve()) == []
    assert backend.application.served == []


def test_paths_that_clients_write_are_refused_over_a_real_server_too(sidecar):
    """Uvicorn's own reading of request lines, byte by byte, and its lifespan."""
    backend = Backend(sidecar.socket)
    client = AsyncClient(sidecar.socket, timeout=DEADLINE)
    server = uvicorn.Server(uvicorn.Config(backend.mapped(client), port=0, log_level="error", ws="none"))

    async def serve():
        async with client:
            await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started)
        address = server.servers[0].sockets[0].getsockname()
        assert status_of(address, f"/apps/{MINE}") == 200
        for target in (f"/apps/{OTHER}", f"/apps/{MINE}%2f..%2f{OTHER}", f"/healthz/..;/apps/{OTHER}", "//hidden",
                       "/healthz/%2e%2e/hidden", "/./hidden", "/hidden", f"http://x/apps/{OTHER}", "*"):  # fmt: skip
            assert status_of(address, target) in (400, 403), target
        assert backend.application.served == [f"/apps/{MINE}"]
    finally:
        server.should_exit = True
        thread.join(DEADLINE)


def status_of(address, target):
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        head = f"GET {target} HTTP/1.1\r\nHost: x\r\nX-Principal: {IVAN}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        return int(connection.makefile("rb").readline().split()[1])
