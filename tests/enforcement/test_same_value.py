"""The value that a policy is asked about is the one that the handler gets, however a request writes it.

The application is Starlette's, with its own converters. Everybody may see every application but one, which is denied
by its number: no way of writing that number may reach a handler.
"""

import asyncio
import json
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as StarletteRoute

from authz.client import AsyncClient
from authz.enforcement import (
    AuthorizationMiddleware,
    Header,
    HttpMapping,
    Permission,
    RequestField,
    Route,
)
from tests.sidecar import Sidecar, user, write_account
from tests.waiting import DEADLINE

APP = "qcs::sms::uin/12345678:app/"
DESCRIBE, SEND = "sms:DescribeAppInfo", "sms:SendSms"
DENIED = 1400000002
DENIED_UUID = UUID("0aa5b2d4-5b1e-4f62-9b41-8c2e7d11f0aa")
ROUTES = [
    Route("GET", "/apps/{app:int}", Permission(DESCRIBE, APP + "{app}")),
    Route("GET", "/keys/{key:uuid}", Permission(DESCRIBE, APP + "{key}")),
    Route("GET", "/apps", Permission(DESCRIBE, APP + "{query.app:int}")),
    Route("POST", "/apps", Permission(DESCRIBE, APP + "{body.app:int}")),
    Route("GET", "/send", Permission(SEND, context={"im:app": RequestField("query.app:int")})),
    Route("POST", "/send", Permission(SEND, context={"im:app": RequestField("body.app:int")})),
]
POLICIES = {
    "all": [{"effect": "allow", "action": "sms:*", "resource": "*"}],
    "but-one": [
        {"effect": "deny", "action": DESCRIBE, "resource": [f"{APP}{DENIED}", f"{APP}{DENIED_UUID}"]},
        {"effect": "deny", "action": SEND, "resource": "*", "condition": {"string_equal": {"im:app": str(DENIED)}}},
    ],
}


class Handlers:
    """What the handlers got: numbers, as their converters or `int` read them."""

    def __init__(self):
        self.got = []
        routes = [
            StarletteRoute("/apps/{app:int}", self.in_path),
            StarletteRoute("/keys/{app:uuid}", self.in_path),
            *(StarletteRoute(path, self.in_query) for path in ("/apps", "/send")),
            *(StarletteRoute(path, self.in_body, methods=["POST"]) for path in ("/apps", "/send")),
        ]
        self.app = Starlette(routes=[*routes, Mount("/", app=self.anything_else)])

    async def in_path(self, request):
        self.got.append(request.path_params["app"])
        return Response()

    async def in_query(self, request):
        self.got.append(int(request.query_params["app"]))  # the last one, where there are several
        return Response()

    async def in_body(self, request):
        self.got.append(int((await request.json())["app"]))
        return Response()

    async def anything_else(self, _scope, _receive, _send):
        raise AssertionError("a request that no route fits reached the application")


class Backend:
    """Starlette behind the middleware, in one event loop with a client of a real sidecar."""

    def __init__(self, runner, client):
        self._runner = runner
        self.handlers = Handlers()
        mapping = HttpMapping(ROUTES, principal=Header("x-principal"))
        self._app = AuthorizationMiddleware(self.handlers.app, mapping=mapping, client=client, timeout=DEADLINE)

    def ask(self, method, target, body=b"", root_path=""):
        """The status, and what a handler got, for a request line as a server reads it."""
        path, _, query = target.partition("?")
        path = root_path + path
        scope = {
            "type": "http", "method": method, "path": unquote(path), "raw_path": path.encode(), "root_path": root_path,
            "query_string": query.encode(), "scheme": "http", "server": ("backend", 80),
            "headers": [(b"x-principal", user().encode()), (b"content-type", b"application/json")],
        }  # fmt: skip
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        self.handlers.got = []
        self._runner.run(self._app(scope, receive, send))
        return sent[0]["status"], self.handlers.got


@contextmanager
def running_backend(target):
    with asyncio.Runner() as runner:
        client = AsyncClient(target, timeout=DEADLINE)
        runner.run(client.__aenter__())
        try:
            yield Backend(runner, client)
        finally:
            runner.run(client.close())


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    users = [{"uin": "100001", "policies": list(POLICIES)}]
    account = write_account(tmp_path_factory.mktemp("account"), POLICIES, users=users)
    with Sidecar(account) as sidecar, running_backend(sidecar.socket) as backend:
        yield backend


def requests_with(text):
    """Every place of a request that a number may stand in."""
    yield "GET", f"/apps/{quote(text, safe='+')}", b""
    yield "GET", f"/apps?{urlencode({'app': text})}", b""
    yield "GET", f"/send?{urlencode({'app': text})}", b""
    yield "POST", "/apps", json.dumps({"app": text}).encode()
    yield "POST", "/send", json.dumps({"app": text}).encode()


def test_the_canonical_form_is_asked_about_and_served(backend):
    for method, target, body in requests_with("1400000001"):
        assert backend.ask(method, target, body) == (200, [1400000001]), (method, target)
    for method, target, body in requests_with(str(DENIED)):
        assert backend.ask(method, target, body) == (403, []), (method, target)
    assert backend.ask("GET", "/apps/0") == (200, [0])
    assert backend.ask("GET", f"/keys/{DENIED_UUID}") == (403, [])
    assert backend.ask("GET", "/keys/00000000-0000-4000-8000-000000000000")[0] == 200


@pytest.mark.parametrize(
    "text",
    [
        "01400000002", "0001400000002", "+1400000002", " 1400000002", "1400000002 ", "1400000002\n", "\t1400000002",
        "1_400_000_002", "1400000002.0", "\uff11\uff14\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff12",
        "\u0661\u0664\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0662", "140000000\u0662", "00", "-0", "+0", "-01",
    ],
)  # fmt: skip
def test_another_form_of_a_number_is_refused_wherever_it_stands(backend, text):
    for method, target, body in requests_with(text):
        status, got = backend.ask(method, target, body)
        assert (status in (400, 403), got) == (True, []), (method, target, body)


digits = st.sampled_from(str(DENIED))
noise = st.sampled_from(
    ["0", "+", "-", "_", " ", "\n", "\u0660", "\u00a0", "\uff10", ".", "%", "%30", "/", ";", "&app=1"]
)


@st.composite
def spellings(draw):
    """The denied number with something before, within and behind it."""
    text = list(str(DENIED))
    for piece in draw(st.lists(noise, max_size=3)):
        text.insert(draw(st.integers(0, len(text))), piece)
    return "".join(text)


@given(spellings())
@example(str(DENIED))
def test_no_spelling_of_a_denied_number_reaches_a_handler(backend, text):
    for method, target, body in (*requests_with(text), ("GET", f"/apps?app={text}", b"")):
        if target.isascii() and not any(each.isspace() for each in target):
            _, got = backend.ask(method, target, body)
            assert DENIED not in got, (method, target, body)


@pytest.mark.parametrize(
    "text", [str(DENIED_UUID).upper(), DENIED_UUID.hex, f"0AA5{str(DENIED_UUID)[4:]}", DENIED_UUID.hex.upper()]
)
def test_another_form_of_a_uuid_is_refused(backend, text):
    assert backend.ask("GET", f"/keys/{text}") == (403, [])


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", f"/apps?app=1&app={DENIED}", b""),
        ("GET", f"/apps?app={DENIED}&app=1", b""),
        ("GET", f"/apps?app=1&%61pp={DENIED}", b""),
        ("GET", f"/apps?app=1;app={DENIED}", b""),
        ("GET", f"/send?app=1&app={DENIED}", b""),
        ("GET", f"/send?app={DENIED}&app=1", b""),
        ("GET", "/send?app=1&app=3", b""),
        ("GET", f"/apps/1?app={DENIED};", b""),
        ("POST", "/apps", b'{"app": 1, "app": %d}' % DENIED),
        ("POST", "/apps", b'{"app": %d, "\\u0061pp": 1}' % DENIED),
        ("POST", "/apps", b'{"app": %d.0}' % DENIED),
        ("POST", "/apps", b'{"app": 1.400000002e9}'),
        ("POST", "/apps", b'{"app": "%d "}' % DENIED),
        ("POST", "/send", b'{"app": 0%d}' % DENIED),
        ("POST", "/apps", json.dumps({"app": DENIED}).encode("utf-16")),
    ],
)
def test_a_value_that_is_given_twice_or_in_another_type_is_refused(backend, method, target, body):
    status, got = backend.ask(method, target, body)
    assert (status in (400, 403), got) == (True, [])


@pytest.mark.parametrize(
    "target",
    [
        f"/apps/{DENIED}/", f"/apps//{DENIED}", f"//apps/{DENIED}", f"/apps/1/../{DENIED}", f"/apps/./{DENIED}",
        f"/apps/{DENIED};x=1", f"/apps/{DENIED}%3Bx=1", f"/apps/1%2F..%2F{DENIED}", f"/APPS/{DENIED}",
        "/apps/%31400000002%20", f"/apps/%2B{DENIED}", f"/apps/{DENIED}%00", f"/apps/{DENIED}%0A", f"/apps/{DENIED}%23",
        f"/apps/%31{str(DENIED)[1:]}", f"/%61pps/{DENIED}", f"/apps\\{DENIED}",
    ],
)  # fmt: skip
def test_no_way_of_writing_its_path_reaches_a_denied_number(backend, target):
    status, got = backend.ask("GET", target)
    assert (status in (400, 403), got) == (True, [])


def test_routes_are_those_below_the_root_path_as_the_applications_are(backend):
    assert backend.ask("GET", "/apps/1", root_path="/sms") == (200, [1])
    assert backend.ask("GET", f"/apps/{DENIED}", root_path="/sms") == (403, [])
    assert backend.ask("GET", "x/apps/1", root_path="/sms") == (400, [])


@pytest.mark.parametrize("text", ["1", "1400000001", "-7", "9" * 30])
def test_a_number_of_a_json_body_is_its_own_canonical_form(backend, text):
    assert backend.ask("POST", "/apps", b'{"app": %s}' % text.encode()) == (200, [int(text)])
