"""A blocking channel to a sidecar: calls with deadline and retries, and the watch that keeps the cache valid."""

import threading
import time
from collections.abc import Mapping

import grpc
import grpc.experimental

from authz.client.channels import open_channel
from authz.client.faults import fault_of_call, may_retry
from authz.client.memory import DecisionMemory
from authz.client.retry import Backoff, Deadline
from authz.client.settings import ClientSettings
from authz.client.watch_blocking import BlockingWatch, Watching
from authz.runtime.fork_safety import REST_SECONDS, on_fork
from authz.v1 import authz_pb2

SERVICE = "/authz.v1.AuthorizationService/"
_NO_OTHER_THREAD = (grpc.experimental.ChannelOptions.SingleThreadedUnaryStream, 1)  # works on the watch
_abandoned: list[grpc.Channel] = []


class BlockingCalls:
    """A channel for any number of threads; a forked process gets its own."""

    def __init__(self, settings: ClientSettings, credentials: grpc.ChannelCredentials | None) -> None:
        self._settings = settings
        self._credentials = credentials
        self._closing = threading.Event()
        self._memory: DecisionMemory | None = None
        self._watch: BlockingWatch | None = None
        self._connect()
        on_fork(self)

    def _connect(self) -> None:
        settings = self._settings
        options = (*settings.channel_options(), _NO_OTHER_THREAD)
        self._channel = open_channel(settings.target, self._credentials, options, settings.proxy)
        self._methods: Mapping[str, grpc.UnaryUnaryMultiCallable[bytes, bytes]] = {
            name: self._channel.unary_unary(SERVICE + name)
            for name in ("Check", "BatchCheck", "Explain", "AllowedResources")
        }

    def call(self, method: str, data: bytes, timeout: float) -> bytes:
        """The encoded answer, within `timeout` seconds including retries.

        Raises:
            ClientError: if the call failed; its type is the kind of failure.
        """
        send, deadline, backoff = self._methods[method], Deadline(timeout), Backoff()
        while True:
            try:
                return bytes(send(data, timeout=deadline.left()))
            except grpc.RpcError as error:
                pause = backoff.next()
                if not may_retry(error) or pause >= deadline.left() or self._closing.is_set():
                    raise fault_of_call(error) from None
            time.sleep(pause)

    def watch(self, memory: DecisionMemory) -> None:
        """Invalidate cached decisions until the channel is closed."""
        self._memory = memory
        self._begin_watch()

    def _begin_watch(self) -> None:
        if self._memory is not None and not self._closing.is_set():
            watching: Watching = self._channel.unary_stream(
                SERVICE + "WatchRevision", response_deserializer=authz_pb2.WatchRevisionResponse.FromString
            )
            self._watch = BlockingWatch(watching, self._memory)

    def before_fork(self) -> None:
        """End the watch: gRPC supports a fork only while no thread executes it."""
        if self._watch is not None:
            self._watch.stop(REST_SECONDS)

    def after_fork_in_parent(self) -> None:
        """Restart the watch."""
        self._begin_watch()

    def after_fork_in_child(self) -> None:
        """Open another connection and leave the parent's as it is."""
        if not self._closing.is_set():
            _abandoned.append(self._channel)
            self._methods = {}  # no calls if opening another connection fails
            self._connect()
            self._begin_watch()

    def close(self) -> None:
        """Cancel calls in flight, close the channel and wait for the watch to end."""
        self._closing.set()
        if self._watch is not None:
            self._watch.stop()
        self._channel.close()
