"""gRPC calls over HTTP/2 streams: methods by their path, and the life of each call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from authz.http2.connection import Connection
from authz.http2.errors import ErrorCode
from authz.http2.frames import END_STREAM
from authz.http2.grpc import (
    ENCODINGS,
    PREFIX_BYTES,
    Code,
    GrpcError,
    Messages,
    Metadata,
    deadline_of,
    framed,
    read_metadata,
    start_block,
    status_block,
    too_long,
)
from authz.http2.headers import RequestHead
from authz.http2.hpack import literal
from authz.http2.sending import prepared
from authz.http2.stream import Stream

_START = prepared(start_block(), 0)
_OK = prepared(status_block(Code.OK), END_STREAM)
_REFUSED = prepared(b"\x08\x03415" + literal(b"content-type", b"text/plain"), 0)
_NO_TRAILERS = prepared(literal(b"grpc-status", b"13"), END_STREAM)
_IN_A_ROW = 32  # messages that a conversation reads before it lets others in
_HIGH_WATER = 1 << 20  # bytes of answers that a stream may have waiting


class Shedding:
    """What calls of connections that have many waiting end with when `may_begin` denies; `refused` hears of each."""

    def __init__(self, may_begin: Callable[[], bool], error: GrpcError, refused: Callable[[], None]) -> None:
        self.may_begin = may_begin
        self.answer = prepared(start_block() + status_block(error.code, error.message, error.trailing), END_STREAM)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Unary:
    """One request, one answer, at once. `rescue` gets what `answer` raised, unless it is a GrpcError, and may wait."""

    answer: Callable[[bytes], bytes]
    rescue: "Callable[[bytes, Call, Exception], Awaitable[bytes]] | None" = None
    shedding: Shedding | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """One request, whole before it is handled, and as many answers as a coroutine writes to its call."""

    handle: "Callable[[bytes, Call], Awaitable[None]]"


@dataclass(frozen=True, slots=True)
class Streaming:
    """A conversation, by a coroutine that reads and writes its call."""

    handle: "Callable[[Call], Awaitable[None]]"


@dataclass(frozen=True, slots=True)
class Route:
    """What a head asks for; `refusal` is set instead of `method` if it cannot be had."""

    method: "Method | None"
    encoding: bytes
    refusal: GrpcError | None = None
    is_grpc: bool = True


Method: TypeAlias = Unary | Deferred | Streaming
Link: TypeAlias = Connection[Route]
Lane: TypeAlias = Stream[Route]


class Call:
    """A call that takes time. Its task is cancelled when the caller is gone or its deadline passed."""

    def __init__(self, connection: Link, stream: Lane, messages: Messages, flush: Callable[[Link], None]) -> None:
        self._connection = connection
        self._stream = stream
        self._messages = messages
        self._flush = flush
        self._unread = 0
        self._in_a_row = 0
        self._news = asyncio.Event()
        self._is_started = False
        self.is_whole = False
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    @property
    def metadata(self) -> Metadata:
        """What the caller added."""
        return read_metadata(self._stream.metadata)

    def seconds_left(self) -> float | None:
        """Until the deadline; None if there is none."""
        return None if self.timer is None else max(self.timer.when() - asyncio.get_running_loop().time(), 0.0)

    def feed(self, data: bytes, *, is_last: bool) -> None:
        """Content arrived."""
        self._connection.hold(self._stream, len(data))
        self._unread += len(data)
        self._messages.feed(data)
        self.is_whole = is_last
        self._news.set()

    async def read(self) -> bytes | None:
        """The next message, None after the last.

        Raises:
            GrpcError: if it cannot be read.
        """
        if self._in_a_row >= _IN_A_ROW:
            self._in_a_row = 0
            await asyncio.sleep(0)
        while (message := self._messages.take()) is None:
            if self.is_whole:
                if self._messages.size:
                    raise GrpcError(Code.INTERNAL, "the last message is cut off")
                return None
            self._news.clear()
            self._connection.credit(self._stream, self._unread)  # no sooner: whoever does not read gets no more
            self._unread = 0
            self._flush(self._connection)
            self._in_a_row = 0
            await self._news.wait()
        self._in_a_row += 1
        self._connection.hold(self._stream, self._messages.size - self._stream.held)
        return message

    async def write(self, message: bytes) -> None:
        """Send a message; waits while the caller does not take those before."""
        if not self._is_started:
            self._is_started = True
            self._connection.start(self._stream, start_block())
        self._connection.send(self._stream, framed(message))
        self._flush(self._connection)
        if self._connection.waiting(self._stream) > _HIGH_WATER:
            drained = asyncio.Event()
            self._stream.drained = drained.set
            await drained.wait()

    def end(self, code: int, message: str = "", trailing: Metadata = ()) -> None:
        """Send the status."""
        block = status_block(code, message, trailing)
        self._connection.end(self._stream, block if self._is_started else start_block() + block)
        self._flush(self._connection)


class GrpcApplication:
    """Serves methods by path. `flush` writes a connection's output when no read of it is under way.

    `failed` hears of exceptions that are nobody's fault but ours.
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        message_bytes: int,
        flush: Callable[[Link], None],
        failed: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        self._methods = {path.encode(): method for path, method in methods.items()}
        self._most = message_bytes
        self._flush = flush
        self.failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def interpret(self, head: RequestHead) -> Route:
        """Find the method, and what gRPC's own fields say."""
        fields = dict(head.fields)
        kind = fields.get(b"content-type", b"")
        if head.method != b"POST" or not (kind == b"application/grpc" or kind.startswith(b"application/grpc+")):
            return Route(None, b"", is_grpc=False)
        encoding = fields.get(b"grpc-encoding", b"identity")
        method = self._methods.get(head.path)
        refusal = None
        if method is None:
            refusal = GrpcError(Code.UNIMPLEMENTED, "Method not found!")
        elif encoding not in ENCODINGS:
            refusal = GrpcError(Code.UNIMPLEMENTED, f"no encoding {encoding.decode('utf-8', 'replace')}")
        return Route(None if refusal else method, encoding, refusal)

    def opened(self, connection: Link, stream: Lane) -> None:
        """A conversation begins with its head, everything else with its content."""
        if stream.metadata and stream.meaning.method is not None:
            try:
                deadline_of(stream.metadata)
            except GrpcError as refusal:
                stream.meaning = Route(None, stream.meaning.encoding, refusal)
        method = stream.meaning.method
        if isinstance(method, Streaming):
            self._spawn(connection, stream, method.handle)

    def is_patient(self, stream: Lane) -> bool:
        """A conversation may pause."""
        return isinstance(stream.meaning.method, Streaming)

    def data(self, connection: Link, stream: Lane, data: bytes, is_last: bool) -> None:  # noqa: FBT001 - as the protocol
        """Content arrived."""
        method = stream.meaning.method
        if isinstance(method, Unary | Deferred):
            if not is_last:
                self._collect(connection, stream, data)
                return
            if stream.body is not None:
                data = bytes(stream.body + data)
            if isinstance(method, Unary):
                self._answer(connection, stream, method, data)
            else:
                self._defer(connection, stream, method, data)
        elif isinstance(stream.call, Call):
            stream.call.feed(data, is_last=is_last)
        elif stream.meaning.is_grpc:
            refusal = stream.meaning.refusal or GrpcError(Code.INTERNAL, "no method")
            _refuse(connection, stream, refusal)
        elif is_last:
            connection.answer(stream, _REFUSED, b"content-type must be application/grpc\n", _NO_TRAILERS)
        else:
            connection.credit(stream, len(data))

    def _collect(self, connection: Link, stream: Lane, data: bytes) -> None:
        if stream.body is None:
            stream.body = bytearray()
        connection.hold(stream, len(data))
        stream.body += data
        body = stream.body
        if len(body) >= PREFIX_BYTES:
            size = int.from_bytes(body[1:5], "big")
            if size > self._most or len(body) > size + PREFIX_BYTES:
                _refuse(connection, stream, too_long(size, self._most) if size > self._most else _not_one())
                return
        connection.credit(stream, len(data))

    def _answer(self, connection: Link, stream: Lane, method: Unary, data: bytes) -> None:
        message = data[5:]
        shedding = method.shedding
        if shedding is not None and connection.is_behind and not shedding.may_begin():
            shedding.refused()
            connection.refuse(stream, shedding.answer)
            return
        try:
            if len(message) > self._most or data[:5] != b"\0" + len(message).to_bytes(4, "big"):
                message = self._only_message(stream, data)
            answer = method.answer(message)
        except GrpcError as error:
            _refuse(connection, stream, error)
        except Exception as error:  # noqa: BLE001 - every fault ends in a status
            self._rescue(connection, stream, method, message, error)
        else:
            connection.answer(stream, _START, b"\0" + len(answer).to_bytes(4, "big") + answer, _OK)

    def _defer(self, connection: Link, stream: Lane, method: Deferred, data: bytes) -> None:
        try:
            message = self._only_message(stream, data)
        except GrpcError as error:
            _refuse(connection, stream, error)
        else:
            self._spawn(connection, stream, partial(method.handle, message))

    def _only_message(self, stream: Lane, data: bytes) -> bytes:
        messages = Messages(self._most, stream.meaning.encoding)
        messages.feed(data)
        message = messages.take()
        if message is None or messages.size:
            raise _not_one()
        return message

    def _rescue(self, connection: Link, stream: Lane, method: Unary, message: bytes, error: Exception) -> None:
        rescue = method.rescue
        if rescue is None:
            self.failed(error)
            _refuse(connection, stream, GrpcError(Code.INTERNAL, "internal error"))
            return

        async def handle(call: Call) -> None:
            await call.write(await rescue(message, call, error))

        self._spawn(connection, stream, handle)

    def _spawn(self, connection: Link, stream: Lane, handle: Callable[[Call], Awaitable[None]]) -> None:
        call = Call(connection, stream, Messages(self._most, stream.meaning.encoding), self._flush)
        stream.call = call
        loop = asyncio.get_running_loop()
        call.task = loop.create_task(self._run(call, handle))
        self._tasks.add(call.task)
        call.task.add_done_callback(self._tasks.discard)
        seconds = deadline_of(stream.metadata)
        if seconds is not None:
            call.timer = loop.call_later(seconds, self._expire, connection, stream, call)

    async def _run(self, call: Call, handle: Callable[[Call], Awaitable[None]]) -> None:
        try:
            await handle(call)
        except GrpcError as error:
            call.end(error.code, error.message, error.trailing)
        except asyncio.CancelledError:
            call.end(Code.CANCELLED, "cancelled")
            raise
        except Exception as error:  # noqa: BLE001 - every fault ends in a status
            self.failed(error)
            call.end(Code.INTERNAL, "internal error")
        else:
            call.end(Code.OK)
        finally:
            if call.timer is not None:
                call.timer.cancel()

    def _expire(self, connection: Link, stream: Lane, call: Call) -> None:
        call.end(Code.DEADLINE_EXCEEDED, "deadline exceeded")
        if not stream.is_ended:  # content is stuck before the status
            connection.reset(stream.number, ErrorCode.CANCEL)
            self._flush(connection)
        if call.task is not None:
            call.task.cancel()

    def cancelled(self, stream: Lane) -> None:
        """Whoever works on it may stop."""
        if isinstance(stream.call, Call) and stream.call.task is not None:
            stream.call.task.cancel()


def _not_one() -> GrpcError:
    return GrpcError(Code.INTERNAL, "a request is exactly one whole message")


def _refuse(connection: Link, stream: Lane, error: GrpcError) -> None:
    connection.end(stream, start_block() + status_block(error.code, error.message, error.trailing))
