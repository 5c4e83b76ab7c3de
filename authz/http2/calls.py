"""gRPC calls over HTTP/2 streams: methods by their path, and the life of each call."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from authz.http2 import grpc
from authz.http2.connection import Connection
from authz.http2.errors import ErrorCode
from authz.http2.frames import END_STREAM
from authz.http2.grpc import PREFIX_BYTES, START, Code, GrpcError, Messages, Metadata, deadline_of, framed, status_block
from authz.http2.headers import RequestHead, RequestStart
from authz.http2.hpack import literal
from authz.http2.sending import Prepared, prepared
from authz.http2.stream import Stream

_START_FRAME = prepared(START, 0)
_OK_FRAME = prepared(status_block(Code.OK), END_STREAM)
_REFUSED = prepared(b"\x08\x03415" + literal(b"content-type", b"text/plain"), 0)
_NO_TRAILERS = prepared(literal(b"grpc-status", b"13"), END_STREAM)
_QUOTED = 40  # bytes of a name in a message
_IN_A_ROW = 32  # messages that a stream reads before other tasks run
_BEGINNING = 0.00005  # seconds, about, that a new call takes in the next pass of the event loop
_ENDS = 8  # calls that are cancelled in one pass of the event loop
CALL_BYTES = 6000
"""Memory of a call beside its messages: its task, and what that waits for."""
_HIGH_WATER = 1 << 20  # bytes of answers of a stream that may wait for the peer


async def _give_up(_message: bytes, error: Exception, _call: "Call") -> None:
    raise error


@dataclass(frozen=True, slots=True)
class Unary:
    """One request, one answer at once. What `answer` raised, unless it is a GrpcError, goes to `rescue`, which writes.

    If work of a connection waits, `shed` may give a `refusal` with which a call ends instead.
    """

    answer: Callable[[bytes], bytes]
    rescue: "Callable[[bytes, Exception, Call], Awaitable[None]]" = _give_up
    shed: "Callable[[GrpcConnection], Prepared | None] | None" = None


@dataclass(frozen=True, slots=True)
class Streaming:
    """A stream, by a coroutine that reads and writes its call.

    Unless it `is_patient`, its request must be complete in time, as that of a unary method.
    """

    handle: "Callable[[Call], Awaitable[None]]"
    is_patient: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """The target of a request: a method, the error if there is none, or None if the request is not gRPC."""

    target: "Method | GrpcError | None"
    encoding: bytes


Method: TypeAlias = Unary | Streaming
Failed: TypeAlias = Callable[[Exception], None]
GrpcConnection: TypeAlias = Connection[Route]
GrpcStream: TypeAlias = Stream[Route]


class Call:
    """A call in a task, which is cancelled when the caller is gone or its deadline has passed."""

    def __init__(self, connection: GrpcConnection, stream: GrpcStream, messages: Messages) -> None:
        self._connection, self._stream, self._messages = connection, stream, messages
        self._unread = self._in_a_row = 0
        self._news = asyncio.Event()
        self._is_started = self.is_whole = False
        self.quick: Callable[[bytes], bytes] | None = None
        """Answers messages that come while the task waits in `read`. A message for which it raises goes to the task."""
        self.task: asyncio.Task[None]
        self.timer: asyncio.TimerHandle | None = None

    @property
    def connection(self) -> GrpcConnection:
        """The connection of the call."""
        return self._connection

    @property
    def metadata(self) -> Metadata:
        """The metadata that the caller added."""
        return grpc.read_metadata(self._stream.request.metadata)

    def seconds_left(self) -> float | None:
        """Seconds until the deadline; None without a deadline."""
        return None if self.timer is None else max(self.timer.when() - asyncio.get_running_loop().time(), 0.0)

    def feed(self, data: bytes, *, is_last: bool) -> None:
        """Content arrived."""
        if self.quick is not None and not is_last and self._is_answered(data, self.quick):
            return
        self._connection.hold(self._stream, len(data))
        self._unread += len(data)
        self._messages.buffer += data
        self.is_whole = is_last
        self._news.set()

    def _is_answered(self, data: bytes, quick: Callable[[bytes], bytes]) -> bool:
        """Whether the content was one message, which is answered now."""
        size, messages = len(data) - PREFIX_BYTES, self._messages
        is_plain = size <= messages.most and int.from_bytes(data[:5], "big") == size
        if not is_plain or self._news.is_set() or messages.buffer or self._stream.unsent:
            return False
        try:
            answer = quick(data[5:])
        except Exception:  # noqa: BLE001 - the task answers again, and reports the error
            return False
        self._put(answer)
        self._connection.credit(self._stream, len(data))
        return True

    async def read(self) -> bytes | None:
        """The next message; None after the last one.

        Raises:
            GrpcError: if it cannot be read.
        """
        self._in_a_row = (self._in_a_row + 1) % _IN_A_ROW
        if not self._in_a_row:
            await asyncio.sleep(0)
        while (message := self._messages.take()) is None:
            if self.is_whole:
                if self._messages.buffer:
                    raise GrpcError(Code.INTERNAL, "the last message is incomplete")
                return None
            self._news.clear()
            self._connection.credit(self._stream, self._unread)  # only now: a call that does not read gets no more
            self._unread = 0
            self._connection.flush()
            await self._news.wait()
        self._connection.hold(self._stream, CALL_BYTES + len(self._messages.buffer) - self._stream.held)
        return message

    async def read_only(self) -> bytes:
        """The message of a request that has exactly one.

        Raises:
            GrpcError: if it has none or several, or cannot be read.
        """
        message = await self.read()
        if message is None or await self.read() is not None:
            raise _not_one()
        return message

    async def write(self, message: bytes) -> None:
        """Send a message; waits while too much is unread by the caller."""
        self._put(message)
        self._connection.flush()
        if len(self._stream.unsent) > _HIGH_WATER:
            drained = asyncio.Event()
            self._stream.drained = drained.set
            await drained.wait()

    def _put(self, message: bytes) -> None:
        if not self._is_started:
            self._is_started = True
            self._connection.start(self._stream, START)
        self._connection.send(self._stream, framed(message))

    def end(self, error: GrpcError | None) -> None:
        """Send the status."""
        block = status_block(Code.OK) if error is None else error.block()
        self._connection.end(self._stream, block if self._is_started else START + block)
        self._connection.flush()


class GrpcApplication:
    """Serves methods by path. `failed` gets the exceptions that are faults of the server."""

    def __init__(self, methods: Mapping[str, Method], message_bytes: int, failed: Failed = lambda _error: None) -> None:
        self._methods = {path.encode(): method for path, method in methods.items()}
        self._most = message_bytes
        self.failed = failed
        self._ends = deque[Callable[[], object]]()

    def interpret(self, head: RequestHead) -> Route:
        """Find the method and the encoding of messages."""
        fields = dict(head.fields)
        kind = fields.get(b"content-type", b"")
        if head.method != b"POST" or not (kind == b"application/grpc" or kind.startswith(b"application/grpc+")):
            return Route(None, b"")
        encoding = fields.get(b"grpc-encoding", b"identity")
        target = self._methods.get(head.path) or GrpcError(Code.UNIMPLEMENTED, "Method not found!")
        if encoding not in grpc.ENCODINGS and not isinstance(target, GrpcError):
            name = encoding[:_QUOTED].decode("utf-8", "replace")
            target = GrpcError(Code.UNIMPLEMENTED, f"messages compressed by `{name}` are not supported")
        return Route(target, encoding)

    def at_once(self, connection: GrpcConnection, number: int, request: RequestStart[Route], data: bytes) -> bool:
        """Answer a request that is complete; False if its method is not unary."""
        method, size = request.routed.target, len(data) - PREFIX_BYTES
        if not isinstance(method, Unary):
            return False
        if connection.is_behind and method.shed is not None and (ending := method.shed(connection)) is not None:
            connection.refuse(number, ending)
            return True
        message = data[5:]
        try:
            if request.metadata:
                deadline_of(request.metadata)
            if size > self._most or int.from_bytes(data[:5], "big") != size:
                message = self._only_message(request.routed, data)
            answer = method.answer(message)
        except GrpcError as error:
            _refuse(connection, connection.open(number, request, is_whole=True), error)
        except Exception as error:  # noqa: BLE001 - every fault ends in a status
            stream = connection.open(number, request, is_whole=True)
            self._spawn(connection, stream, partial(method.rescue, message, error))
        else:
            connection.answer(number, request, _START_FRAME, len(answer).to_bytes(5, "big") + answer, _OK_FRAME)
        return True

    def _only_message(self, route: Route, data: bytes) -> bytes:
        messages = Messages(self._most, route.encoding)
        messages.buffer += data
        message = messages.take()
        if message is None or messages.buffer:
            raise _not_one()
        return message

    def too_long(self, connection: GrpcConnection, number: int) -> None:
        """Refuse a request with too long metadata, with the status of gRPC's own servers."""
        connection.refuse(number, _LONG_METADATA)

    def opened(self, connection: GrpcConnection, stream: GrpcStream) -> None:
        """Start a stream; a unary call starts when its content is complete."""
        method = stream.request.routed.target
        if isinstance(method, Streaming):
            stream.is_patient = method.is_patient
            self._spawn(connection, stream, method.handle)

    def data(self, connection: GrpcConnection, stream: GrpcStream, data: bytes, is_last: bool) -> None:  # noqa: FBT001 - as the protocol
        """Content arrived."""
        method = stream.request.routed.target
        if isinstance(method, Unary):
            if is_last:
                body = data if stream.body is None else bytes(stream.body + data)
                self.at_once(connection, stream.number, stream.request, body)
            else:
                self._collect(connection, stream, data)
        elif isinstance(stream.call, Call):
            stream.call.feed(data, is_last=is_last)
        elif isinstance(method, GrpcError):
            _refuse(connection, stream, method)
        elif is_last:
            connection.answer(stream.number, stream.request, _REFUSED, b"not application/grpc\n", _NO_TRAILERS)
        else:
            connection.credit(stream, len(data))

    def _collect(self, connection: GrpcConnection, stream: GrpcStream, data: bytes) -> None:
        connection.hold(stream, len(data))
        body = stream.body = stream.body or bytearray()
        body += data
        size = int.from_bytes(body[1:5], "big")
        if len(body) >= PREFIX_BYTES and (size > self._most or len(body) > size + PREFIX_BYTES):
            _refuse(connection, stream, grpc.too_long(size, self._most) if size > self._most else _not_one())
        connection.credit(stream, len(data))

    def _spawn(self, connection: GrpcConnection, stream: GrpcStream, handle: Callable[[Call], Awaitable[None]]) -> None:
        try:
            seconds = deadline_of(stream.request.metadata)
        except GrpcError as late:
            _refuse(connection, stream, late)
            return
        connection.hold(stream, CALL_BYTES)
        call = stream.call = Call(connection, stream, Messages(self._most, stream.request.routed.encoding))
        loop = asyncio.get_running_loop()
        call.task = loop.create_task(self._run(call, handle))
        connection.begun += _BEGINNING
        if seconds is not None:
            expire = partial(self._expire, connection, stream, call)
            timer = call.timer = loop.call_later(seconds, self._end_soon, expire)
            call.task.add_done_callback(lambda _: timer.cancel())  # a task may end before it begins

    async def _run(self, call: Call, handle: Callable[[Call], Awaitable[None]]) -> None:
        try:
            await handle(call)
        except GrpcError as error:
            call.end(error)
        except asyncio.CancelledError:  # raised again, it would keep all its frames alive in a cycle
            call.end(GrpcError(Code.CANCELLED, "cancelled"))
        except Exception as error:  # noqa: BLE001 - every fault ends in a status
            self.failed(error)
            call.end(GrpcError(Code.INTERNAL, "internal error"))
        else:
            call.end(None)

    def _expire(self, connection: GrpcConnection, stream: GrpcStream, call: Call) -> None:
        call.end(GrpcError(Code.DEADLINE_EXCEEDED, "deadline exceeded"))
        if not stream.is_ended:  # content before the status is stuck
            connection.reset(stream.number, ErrorCode.CANCEL)
            connection.flush()
        call.task.cancel()

    def cancelled(self, stream: GrpcStream) -> None:
        """Cancel the task of a stream."""
        if isinstance(stream.call, Call):
            self._end_soon(stream.call.task.cancel)

    def _end_soon(self, end: Callable[[], object]) -> None:
        """End a call, few in each pass of the event loop: a peer may cancel very many calls at once."""
        if not self._ends:
            asyncio.get_running_loop().call_soon(self._end_some)
        self._ends.append(end)

    def _end_some(self) -> None:
        try:
            for _ in range(min(_ENDS, len(self._ends))):
                self._ends.popleft()()
        finally:
            if self._ends:  # the others must end even if one raised
                asyncio.get_running_loop().call_soon(self._end_some)


def _not_one() -> GrpcError:
    return GrpcError(Code.INTERNAL, "expected exactly one request message")


def _refuse(connection: GrpcConnection, stream: GrpcStream, error: GrpcError) -> None:
    connection.end(stream, START + error.block())


def refusal(error: GrpcError) -> Prepared:
    """A complete answer with an error, made once for many calls."""
    return prepared(START + error.block(), END_STREAM)


_LONG_METADATA = refusal(GrpcError(Code.RESOURCE_EXHAUSTED, "the metadata of the call is too long"))
