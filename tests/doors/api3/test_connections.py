"""Connections are bounded in number and time: slow and idle ones do not hold up others."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from authz.doors.api3.connections import BoundedProtocol
from tests.waiting import BRIEF, DEADLINE, FOREVER, until, until_others_end

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(_scope, receive, send):
    """Answers once the whole body is received."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Server:
    """A server whose connections have these bounds, and are otherwise free."""

    def __init__(self, keep_alive=FOREVER, **bounds):
        free = {"most_connections": 1000, "head_seconds": FOREVER, "request_seconds": FOREVER}
        self._protocol = type("Protocol", (BoundedProtocol,), {**free, **bounds})
        self._config = uvicorn.Config(app, http=self._protocol, log_config=None, timeout_keep_alive=keep_alive)
        self._config.load()
        self.state = ServerState()
        self._clients = []

    async def __aenter__(self):
        self._listening = await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._listening.close()
        for client in self._clients:
            client.writer.transport.abort()
        for connection in list(self.state.connections):
            connection.transport.abort()
        await until_others_end()

    def _connection(self):
        return self._protocol(config=self._config, server_state=self.state, app_state={})

    async def connect(self):
        port = self._listening.sockets[0].getsockname()[1]
        self._clients.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return self._clients[-1]


class Client:
    """A connection that sends what it is given."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def get(self):
        self.writer.write(GET)
        return await self.answer()

    async def answer(self):
        async with asyncio.timeout(DEADLINE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            return head.split(b" ")[1], await self.reader.readexactly(2)

    async def ended(self):
        """Whether the server ends the connection without an answer; waits for it."""
        try:
            async with asyncio.timeout(DEADLINE):
                return await self.reader.read() == b""
        except ConnectionError:
            return True


@pytest.mark.parametrize(
    ("bounds", "sent"),
    [
        ({"head_seconds": BRIEF}, b""),
        ({"head_seconds": BRIEF}, GET[:-2]),
        ({"request_seconds": BRIEF}, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"),
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_request_that_is_not_finished_ends_its_connection(bounds, sent):
    async def scenario():
        async with Server(**bounds) as server:
            client = await server.connect()
            client.writer.write(sent)
            assert await client.ended()

    asyncio.run(scenario())


def test_a_second_request_that_is_not_finished_ends_its_connection():
    async def scenario():
        async with Server(head_seconds=BRIEF) as server:
            client = await server.connect()
            assert await client.get() == (b"200", b"ok")
            client.writer.write(GET[:-2])
            assert await client.ended()

    asyncio.run(scenario())


def test_a_connection_that_waits_for_its_next_request_has_only_the_deadline_of_uvicorn():
    async def scenario():
        async with Server(head_seconds=BRIEF) as server:
            client = await server.connect()
            assert await client.get() == (b"200", b"ok")
            [connection] = server.state.connections
            await until(lambda: connection._deadline is None)
            assert connection.timeout_keep_alive_task is not None
            assert await client.get() == (b"200", b"ok")

    asyncio.run(scenario())


def test_an_idle_connection_makes_room_for_a_new_one():
    async def scenario():
        async with Server(most_connections=1) as server:
            first = await server.connect()
            assert await first.get() == (b"200", b"ok")
            second = await server.connect()
            assert await second.get() == (b"200", b"ok")
            assert await first.ended()

    asyncio.run(scenario())


def test_a_new_connection_is_closed_if_all_others_are_in_use():
    async def scenario():
        async with Server(most_connections=1) as server:
            first = await server.connect()
            first.writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            assert b"100" in await first.reader.readline()
            second = await server.connect()
            assert await second.ended()

    asyncio.run(scenario())


def test_requests_that_are_sent_at_once_are_answered_in_turn():
    async def scenario():
        async with Server(head_seconds=BRIEF, request_seconds=FOREVER) as server:
            client = await server.connect()
            client.writer.write(GET * 3)
            for _ in range(3):
                assert await client.answer() == (b"200", b"ok")

    asyncio.run(scenario())
