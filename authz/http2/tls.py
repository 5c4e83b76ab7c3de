"""TLS of one connection, between its transport and its protocol.

The TLS of asyncio is not used: it takes 256 KB for each connection, and leaves them, with what was sent, in reference
cycles that only a full garbage collection frees.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, cast

from authz.http2.transports import forget_itself

_PIECE = 4096  # bytes that OpenSSL gets at once, since its buffers never shrink
_CONTENT = 16384  # bytes of a record at most, before it is encrypted (RFC 8446, 5.1)
_HEADER = 5  # bytes of a record's type, version and length
_TYPES = range(20, 25)  # of records; other bytes are not TLS
_LONGEST = _HEADER + _CONTENT + 2048  # bytes of a record in any version of TLS


class Carried(Protocol):
    """The protocol above TLS, with the callbacks of asyncio's protocols."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def weigh(self) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
    def connection_lost(self, error: Exception | None) -> None: ...


class Secured(asyncio.Transport, asyncio.BufferedProtocol):
    """The protocol of a transport and, after the handshake, the transport of the protocol that it carries.

    `handshake_done` is called once: with None after a successful handshake, or with the reason why it failed. OpenSSL
    gets only complete records, since what it keeps of an incomplete one is large and cannot be measured.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        carried: Carried,
        handshake_done: Callable[[str | None], None],
        buffer: Callable[[], memoryview],
    ) -> None:
        self._context, self._carried, self._handshake_done, self._buffer = context, carried, handshake_done, buffer
        self._plain: asyncio.Transport
        self._read: memoryview
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self.part = b""
        """Bytes of an incomplete record."""
        self._is_open = self._is_over = False

    # Called by the transport below.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._plain = cast("asyncio.Transport", transport)

    def get_buffer(self, _sizehint: int) -> memoryview:
        self._read = self._buffer()
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        had_part = bool(self.part)
        received = self.part + self._read[:nbytes] if self.part else bytes(self._read[:nbytes])
        end = _end_of_records(received)
        self.part = received[end:]
        if end:
            self._records_received(memoryview(received)[:end])
        if self._is_open and (had_part or self.part):
            self._carried.weigh()

    def _records_received(self, records: memoryview) -> None:
        if self._is_over:
            return
        if self._tls is None:  # only now: a silent client costs no memory
            self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        try:
            data = self._decrypted(self._tls, records)
        except ssl.SSLError as error:
            self._fail(f"TLS handshake failed: {error.reason or error}")
            return
        if data and not self._is_over:
            self._carried.data_received(data)

    def _decrypted(self, tls: ssl.SSLObject, received: memoryview) -> bytes:
        """Decrypt received records."""
        parts: list[bytes] = []
        for start in range(0, len(received), _PIECE):
            self._incoming.write(received[start : start + _PIECE])
            if self._is_open or self._shake_hands(tls):
                self._decrypt(tls, parts)
        if self._outgoing.pending:
            self._flush()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _shake_hands(self, tls: ssl.SSLObject) -> bool:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self._flush()
        self._is_open = True
        self._report(None)
        if not self._is_over:
            self._carried.connection_made(self)
        return True

    def _decrypt(self, tls: ssl.SSLObject, parts: list[bytes]) -> None:
        try:
            while self._incoming.pending or tls.pending():
                parts.append(tls.read(_CONTENT))
                if not parts[-1]:
                    self.close()
                    break
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # the client closed TLS
            self.close()

    def eof_received(self) -> None:
        """Close: a client that sends nothing more gets no more answers."""

    def pause_writing(self) -> None:
        if self._is_open:
            self._carried.pause_writing()

    def resume_writing(self) -> None:
        if self._is_open:
            self._carried.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._is_over, self.part = True, b""
        if self._is_open:
            self._carried.connection_lost(error)
        self._report("TLS handshake failed: the connection was closed")
        forget_itself(self._plain)
        self._tls = None
        del self._carried, self._buffer  # they may refer to this object

    def _report(self, reason: str | None) -> None:
        handshake_done, self._handshake_done = self._handshake_done, _ignore
        handshake_done(reason)

    def _fail(self, reason: str) -> None:
        self._report(reason)
        self._is_over = True
        self._flush()  # the alert of OpenSSL
        self._plain.close()

    # Called by the protocol above.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_over or self._tls is None:
            return
        whole = memoryview(data)
        try:
            for start in range(0, len(whole), _PIECE):
                self._tls.write(whole[start : start + _PIECE])
        except ssl.SSLError:
            self.abort()
            return
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._plain.write(self._outgoing.read())

    def close(self) -> None:
        if self._is_over:
            return
        self._is_over, self.part = True, b""
        if self._tls is not None:
            with suppress(ssl.SSLError):
                self._tls.unwrap()  # announces the end; the one of the client does not matter
            self._flush()
        self._plain.close()

    def abort(self) -> None:
        self._is_over, self.part = True, b""
        self._plain.abort()

    def is_closing(self) -> bool:
        return self._is_over or self._plain.is_closing()

    def pause_reading(self) -> None:
        self._plain.pause_reading()

    def resume_reading(self) -> None:
        self._plain.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._plain.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "ssl_object":
            return self._tls
        if name == "peercert":
            return default if self._tls is None else self._tls.getpeercert()
        return self._plain.get_extra_info(name, default)


def _end_of_records(data: bytes) -> int:
    """Where the last complete record ends. Bytes that are not TLS count as one, for OpenSSL to reject."""
    at, size = 0, len(data)
    while size - at >= _HEADER:
        length = _HEADER + int.from_bytes(data[at + 3 : at + _HEADER], "big")
        if length > _LONGEST or data[at] not in _TYPES:
            return size
        if at + length > size:
            break
        at += length
    return at


def _ignore(_reason: str | None) -> None:
    """Ignore the result."""
