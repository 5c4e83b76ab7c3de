"""The API over HTTP: its form, its bounds, probes and metrics."""

import asyncio
import json
import threading
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client.registry import CollectorRegistry

from authz.doors.api3.answering import Answer
from authz.doors.api3.bodies import BodyLimits
from authz.doors.api3.claims import MOST_QUERY_BYTES
from authz.doors.api3.http import Door, DoorLimits, make_app
from authz.doors.api3.turns import TurnLimits
from authz.telemetry.api_metrics import ApiMetrics
from tests.waiting import until


class StandIn:
    """An API that answers what it is given, after it is released."""

    def __init__(self):
        self.messages = []
        self.is_free = threading.Event()
        self.is_free.set()

    def answer(self, message):
        self.messages.append(message)
        self.is_free.wait()
        return Answer(b'{"Response":{}}', 7, "ListPolicies", "Success")

    def refuse(self, code, message, address=""):
        return Answer(json.dumps({"code": code, "message": message, "address": address}).encode(), 7, "", code)


@pytest.fixture
def served():
    """Runs a scenario with a client of an application; its attributes are the parts."""

    def run(scenario, limits=None, is_ready=lambda: True):
        registry = CollectorRegistry()
        api = StandIn()
        door = Door(api, ApiMetrics(registry), limits)
        app = make_app(door, registry, is_ready)

        async def main():
            transport = httpx.ASGITransport(app, client=("192.0.2.1", 5))
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await scenario(SimpleNamespace(client=client, api=api))

        try:
            return asyncio.run(main())
        finally:
            api.is_free.set()
            door.close()

    return run


def test_a_request_reaches_the_api_as_it_was_sent(served):
    async def scenario(parts):
        headers = {"Host": "http://127.0.0.1:1", "X-TC-Action": "A"}
        answer = await parts.client.post("/?a=%20b", content=b"{}", headers=headers)
        assert (answer.status_code, answer.content) == (200, b'{"Response":{}}')
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-authz-revision"] == "7"
        assert answer.headers["cache-control"] == "no-store"
        [message] = parts.api.messages
        assert (message.method, message.query, message.body, message.address) == ("POST", "a=%20b", b"{}", "192.0.2.1")
        assert (message.header("host"), message.header("x-tc-action")) == ("http://127.0.0.1:1", "A")

    served(scenario)


@pytest.mark.parametrize(
    ("path", "body"), [("/", b"x" * 11), (f"/?{'x' * (MOST_QUERY_BYTES + 1)}", b"")], ids=["body", "query"]
)
def test_a_request_that_is_too_large_is_refused_in_the_same_form(path, body, served):
    async def scenario(parts):
        answer = await parts.client.post(path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (200, "RequestSizeLimitExceeded")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-authz-revision"] == "7"
        assert parts.api.messages == []

    served(scenario, DoorLimits(bodies=BodyLimits(most=10)))


def test_the_calls_of_one_key_do_not_hold_up_those_of_another(served):
    def headers(key):
        return {"Authorization": f"TC3-HMAC-SHA256 Credential={key}/2020-01-01/cam/tc3_request, …".encode()}

    async def scenario(parts):
        parts.api.is_free.clear()
        tasks = [asyncio.create_task(parts.client.post("/", headers=headers("greedy"))) for _ in range(4)]
        await until(lambda: len(parts.api.messages) == 2)
        tasks.append(asyncio.create_task(parts.client.post("/", headers=headers("other"))))
        await until(lambda: len(parts.api.messages) == 3)
        assert "other" in parts.api.messages[-1].header("authorization")
        refused = await parts.client.post("/", headers=headers("greedy"))
        assert refused.json()["code"] == "RequestLimitExceeded"
        parts.api.is_free.set()
        await asyncio.gather(*tasks)

    served(scenario, DoorLimits(turns=TurnLimits(at_once=3, of_one_at_once=2, waiting_of_one=2)))


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "/", 405), ("GET", "/other", 404), ("POST", "/healthz", 405)]
)
def test_other_methods_and_paths_do_not_exist(method, path, status, served):
    async def scenario(parts):
        assert (await parts.client.request(method, path)).status_code == status

    served(scenario)


@pytest.mark.parametrize(("is_ready", "status"), [(True, 200), (False, 503)])
def test_probes(is_ready, status, served):
    async def scenario(parts):
        assert (await parts.client.get("/healthz")).status_code == 200
        assert (await parts.client.get("/readyz")).status_code == status

    served(scenario, is_ready=lambda: is_ready)


def test_metrics_count_requests(served):
    async def scenario(parts):
        await parts.client.post("/", content=b"{}")
        text = (await parts.client.get("/metrics")).text
        assert 'authz_api_requests_total{action="ListPolicies",code="Success"} 1.0' in text
        assert "authz_api_request_seconds_count 1.0" in text
        assert "authz_api_in_flight 0.0" in text

    served(scenario)
