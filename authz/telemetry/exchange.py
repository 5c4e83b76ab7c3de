"""A small HTTP/1.1 server connection: it answers one request and closes (RFC 9112)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from authz.http2.transports import forget_itself
from authz.telemetry.events import get_logger
from authz.telemetry.places import Places

_HEAD_BYTES = 8192
_PIECE = 16384  # bytes of a response written at a time, since the transport copies what it buffers

log = get_logger("authz.telemetry")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; the names in `fields` are lower case."""

    method: str
    path: str
    query: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response: status with reason phrase, header fields and content."""

    status: str
    fields: tuple[tuple[str, str], ...]
    content: bytes


def text(status: str, content: str, *fields: tuple[str, str]) -> Answer:
    """A response in plain text."""
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *fields), content.encode())


class MalformedError(Exception):
    """The received bytes are not an HTTP request."""


def read_request(head: bytes) -> Request:
    """Read a request line and header fields (RFC 9112, 3 and 5).

    Raises:
        MalformedError: if `head` is not an HTTP/1.x request.
    """
    lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[0].isalpha() or not parts[2].startswith("HTTP/1."):
        raise MalformedError
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if line and (not colon or not name or name != name.strip()):
            raise MalformedError
        fields[name.lower()] = value.strip()
    try:
        target = urlsplit(parts[1])
    except ValueError:
        raise MalformedError from None
    return Request(parts[0], target.path, target.query, fields)


class Exchange(asyncio.Protocol):
    """One connection; `answer` makes the response to its request."""

    def __init__(self, answer: Callable[[Request], Answer], places: "Places[Exchange]") -> None:
        self._find, self._places = answer, places
        self.address = ""
        self.since = 0.0
        self._head = bytearray()
        self._unsent = memoryview(b"")
        self._is_answered = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place among the connections."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)  # so that `resume_writing` is called once everything is sent
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        self._places.enter(self)

    def data_received(self, data: bytes) -> None:
        """Collect the head of the request and answer it; bytes after the first request are ignored."""
        if self._is_answered:
            return
        self._head += data[: _HEAD_BYTES + 1 - len(self._head)]
        head, end, _ = bytes(self._head).replace(b"\r\n", b"\n").partition(b"\n\n")
        if end:
            self._answer(self._answer_to(head))
        elif len(self._head) > _HEAD_BYTES:
            self._answer(text("431 Request Header Fields Too Large", f"the request head exceeds {_HEAD_BYTES} bytes\n"))

    def _answer_to(self, head: bytes) -> Answer:
        try:
            request = read_request(head)
        except MalformedError:
            return text("400 Bad Request", "not a valid HTTP/1.1 request\n")
        if request.method not in {"GET", "HEAD"}:
            return text("405 Method Not Allowed", "only GET and HEAD are supported\n", ("Allow", "GET, HEAD"))
        try:
            found = self._find(request)
        except Exception:  # a defect in this package fails this request only
            log.exception("a probe failed with an internal error", path=request.path)
            found = text("500 Internal Server Error", "internal error\n")
        size = ("Content-Length", str(len(found.content)))
        return Answer(found.status, (*found.fields, size), b"" if request.method == "HEAD" else found.content)

    def _answer(self, answer: Answer) -> None:
        self._is_answered = True
        self._head.clear()
        self._transport.pause_reading()
        fields = dict(answer.fields)
        fields.setdefault("Content-Length", str(len(answer.content)))
        fields["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._transport.write(f"HTTP/1.1 {answer.status}\r\n{head}\r\n".encode("latin-1"))
        self._unsent = memoryview(answer.content)  # a view: several connections may share one response
        self._push()

    def _push(self) -> None:
        """Write pieces for as long as the transport buffers nothing."""
        while self._unsent and not self._transport.get_write_buffer_size():
            piece, self._unsent = self._unsent[:_PIECE], self._unsent[_PIECE:]
            self._transport.write(piece)
        if not self._unsent:
            self._transport.close()

    def resume_writing(self) -> None:
        """Write the next piece: everything written so far is sent."""
        self.since = asyncio.get_running_loop().time()
        if not self._transport.is_closing():
            self._push()

    def end(self) -> None:
        """Close the connection at once."""
        self._transport.abort()

    def connection_lost(self, _error: Exception | None) -> None:
        """Free the place."""
        self._places.leave(self)
        forget_itself(self._transport)
