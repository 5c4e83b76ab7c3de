"""The API over HTTP: an ASGI application that answers at `/`, with probes and metrics beside it."""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from prometheus_client.registry import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from authz.doors.api3.answering import Answer, Api
from authz.doors.api3.bodies import Bodies, BodyLimits
from authz.doors.api3.claims import MOST_QUERY_BYTES
from authz.doors.api3.envelope import CONTENT_TYPE
from authz.doors.api3.errors import ApiError
from authz.doors.api3.message import Message
from authz.doors.api3.turns import TurnLimits, Turns
from authz.telemetry.api_metrics import ApiMetrics
from authz.telemetry.exchange import Request as Scrape
from authz.telemetry.scrapes import Scrapes

REVISION_HEADER = "X-Authz-Revision"
_NAMED_KEY = re.compile(r"(?:Credential=|SecretId=)([A-Za-z0-9]{1,128})")


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Bounds on the work that clients can cause."""

    turns: TurnLimits = field(default_factory=TurnLimits)
    bodies: BodyLimits = field(default_factory=BodyLimits)


class Door:
    """Answers requests on one event loop, and runs the API's calls in its own threads.

    For turns, a caller is the key that a request names together with the address it comes from. Neither is verified
    before the call runs, so a client can use up the turns of keys at its own address only.
    """

    def __init__(self, api: Api, metrics: ApiMetrics, limits: DoorLimits | None = None) -> None:
        bounds = limits or DoorLimits()
        self._api = api
        self._metrics = metrics
        self._turns = Turns(bounds.turns)
        self._bodies = Bodies(bounds.bodies)
        self._threads = ThreadPoolExecutor(bounds.turns.at_once, thread_name_prefix="api")

    async def serve(self, request: Request) -> Response:
        """Answer one request of the API: HTTP status 200, also for a refusal."""
        started = time.perf_counter()
        with self._metrics.in_flight.track_inprogress():
            try:
                answer = await self._answer(request)
            except ApiError as error:
                answer = self._api.refuse(error.code, str(error), _address(request))
            except ClientDisconnect:
                return Response()
        self._metrics.count(answer.action, answer.code, time.perf_counter() - started)
        headers = {REVISION_HEADER: str(answer.revision), "Cache-Control": "no-store"}
        return Response(answer.body, headers=headers, media_type=CONTENT_TYPE)

    def close(self) -> None:
        """End the threads once their calls have ended."""
        self._threads.shutdown()

    async def _answer(self, request: Request) -> Answer:
        query: bytes = request.scope["query_string"]
        if len(query) > MOST_QUERY_BYTES:
            raise ApiError("RequestSizeLimitExceeded", f"a query string has at most {MOST_QUERY_BYTES} bytes")
        body = await self._bodies.read(request.stream())
        try:
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
            message = Message(request.method, headers, query.decode("latin-1"), body, _address(request))
            async with self._turns.turn((_named_key(message), message.address)):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._api.answer, message)
        finally:
            self._bodies.release(len(body))


def make_app(door: Door, registry: CollectorRegistry, is_ready: Callable[[], bool]) -> Starlette:
    """The application: the API at `/`, and `/healthz`, `/readyz` and `/metrics`.

    `is_ready` may block: it is called in a thread.
    """
    scrapes = Scrapes(registry)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        if await asyncio.to_thread(is_ready):
            return PlainTextResponse("ok\n")
        return PlainTextResponse("not ready: the database cannot be used, or the server is stopping\n", 503)

    async def metrics(request: Request) -> Response:
        answer = scrapes.answer(Scrape(request.method, "/metrics", request.url.query, dict(request.headers)))
        return Response(answer.content, int(answer.status.partition(" ")[0]), dict(answer.fields))

    return Starlette(
        routes=[
            Route("/", door.serve, methods=["GET", "POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _named_key(message: Message) -> str:
    """The id of the key that a request names, whether it is its own or not."""
    authorization = next((value for name, value in message.headers if name == "authorization"), "")
    place = authorization or message.query or message.body[:MOST_QUERY_BYTES].decode("latin-1")
    found = _NAMED_KEY.search(place)
    return found[1] if found else ""
