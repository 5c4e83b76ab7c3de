"""One blocking channel to a sidecar, the twin of the asyncio one; its watch runs on a thread of its own."""

import threading
import time
from collections.abc import Mapping

import grpc

from authz.client.faults import fault_of_call, may_retry
from authz.client.memory import DecisionMemory
from authz.client.retry import Backoff, Deadline
from authz.client.settings import ClientSettings
from authz.v1 import authz_pb2

SERVICE = "/authz.v1.AuthorizationService/"


class BlockingCalls:
    """For any number of threads."""

    def __init__(self, settings: ClientSettings, credentials: grpc.ChannelCredentials | None) -> None:
        options = settings.channel_options()
        if credentials is None:
            self._channel = grpc.insecure_channel(settings.target, options=options)
        else:
            self._channel = grpc.secure_channel(settings.target, credentials, options=options)
        self._methods: Mapping[str, grpc.UnaryUnaryMultiCallable[bytes, bytes]] = {
            name: self._channel.unary_unary(SERVICE + name)
            for name in ("Check", "BatchCheck", "Explain", "AllowedResources")
        }
        self._closing = threading.Event()
        self._watch: threading.Thread | None = None

    def call(self, method: str, data: bytes, timeout: float) -> bytes:
        """The answer's bytes, within `timeout` seconds, retries included.

        Raises:
            ClientError: of the kind that the failure is.
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
        """Keep the memory right until the channel is closed: a lost watch empties it until the next one begins."""
        self._watch = threading.Thread(target=self._follow, args=(memory,), name="authz-watch", daemon=True)
        self._watch.start()

    def _follow(self, memory: DecisionMemory) -> None:
        backoff = Backoff()
        watch: grpc.UnaryStreamMultiCallable[bytes, authz_pb2.WatchRevisionResponse] = self._channel.unary_stream(
            SERVICE + "WatchRevision", response_deserializer=authz_pb2.WatchRevisionResponse.FromString
        )
        while not self._closing.is_set():
            try:
                is_first = True
                for message in watch(b""):
                    if is_first:
                        memory.begin(message.revision)
                        backoff.reset()
                    else:
                        memory.tell(message.revision, () if message.all else message.accounts)
                    is_first = False
            except (grpc.RpcError, ValueError):  # ValueError: the channel was closed
                pass
            finally:
                memory.lose()
            self._closing.wait(backoff.next())

    def close(self) -> None:
        """End what is in flight, close the channel and wait for the watch to end."""
        self._closing.set()
        self._channel.close()
        if self._watch is not None:
            self._watch.join()
