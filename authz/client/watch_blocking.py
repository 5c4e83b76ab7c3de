"""The watch of revisions that keeps a blocking client's cache valid, on its own thread."""

import threading
from collections.abc import Iterable
from typing import TypeAlias

import grpc

from authz.client.memory import DecisionMemory
from authz.client.retry import Backoff
from authz.v1 import authz_pb2

Watching: TypeAlias = "grpc.UnaryStreamMultiCallable[bytes, authz_pb2.WatchRevisionResponse]"


class BlockingWatch:
    """Invalidates cached decisions until stopped; the cache is empty while there is no watch."""

    def __init__(self, watching: Watching, memory: DecisionMemory) -> None:
        self._watching = watching
        self._memory = memory
        self._stopping = threading.Event()
        self._call: grpc.Call | None = None
        self._thread = threading.Thread(target=self._follow, name="authz-watch", daemon=True)
        self._thread.start()

    def stop(self, seconds: float | None = None) -> None:
        """End the watch and wait for its thread, at most `seconds` unless it is None."""
        self._stopping.set()
        if self._call is not None:
            self._call.cancel()
        self._thread.join(seconds)

    def _follow(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                call = self._call = self._watching(b"")
                if self._stopping.is_set():  # `stop` may have run before the call existed
                    call.cancel()
                self._process(call, backoff)
            except (grpc.RpcError, ValueError):  # ValueError: the channel was closed
                pass
            finally:
                self._memory.lose()
            self._stopping.wait(backoff.next())

    def _process(self, messages: Iterable[authz_pb2.WatchRevisionResponse], backoff: Backoff) -> None:
        is_first = True
        for message in messages:
            if is_first:
                self._memory.begin(message.revision)
                backoff.reset()
            else:
                self._memory.advance(message.revision, () if message.all else message.accounts)
            is_first = False
