"""An asyncio channel to a sidecar: calls with deadline and retries, and the watch that keeps the cache valid."""

import asyncio
from collections.abc import Mapping

import grpc

from authz.client.channels import open_aio_channel
from authz.client.faults import fault_of_call, may_retry
from authz.client.memory import DecisionMemory
from authz.client.retry import Backoff, Deadline
from authz.client.settings import ClientSettings
from authz.v1 import authz_pb2

SERVICE = "/authz.v1.AuthorizationService/"


class AsyncCalls:
    """A channel of one event loop. Messages are bytes, so that frequent ones need not be encoded again."""

    def __init__(self, settings: ClientSettings, credentials: grpc.ChannelCredentials | None) -> None:
        self._channel = open_aio_channel(settings.target, credentials, settings.channel_options(), settings.proxy)
        self._methods: Mapping[str, grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]] = {
            name: self._channel.unary_unary(SERVICE + name)
            for name in ("Check", "BatchCheck", "Explain", "AllowedResources")
        }

    async def call(self, method: str, data: bytes, timeout: float) -> bytes:  # noqa: ASYNC109 - it becomes gRPC's deadline
        """The encoded answer, within `timeout` seconds including retries.

        Raises:
            ClientError: if the call failed; its type is the kind of failure.
        """
        send, deadline, backoff = self._methods[method], Deadline(timeout), Backoff()
        while True:
            try:
                return bytes(await send(data, timeout=deadline.left()))
            except grpc.aio.AioRpcError as error:
                pause = backoff.next()
                if not may_retry(error) or pause >= deadline.left():
                    raise fault_of_call(error) from None
            await asyncio.sleep(pause)

    async def watch(self, memory: DecisionMemory) -> None:
        """Invalidate cached decisions until cancelled; the cache is empty while there is no watch."""
        backoff = Backoff()
        watch: grpc.aio.UnaryStreamMultiCallable[bytes, authz_pb2.WatchRevisionResponse] = self._channel.unary_stream(
            SERVICE + "WatchRevision", response_deserializer=authz_pb2.WatchRevisionResponse.FromString
        )
        while True:
            try:
                stream = watch(b"")
                is_first = True
                async for message in stream:
                    if is_first:
                        memory.begin(message.revision)
                        backoff.reset()
                    else:
                        memory.advance(message.revision, () if message.all else message.accounts)
                    is_first = False
            except grpc.RpcError:
                pass
            finally:
                memory.lose()
            await asyncio.sleep(backoff.next())

    async def close(self) -> None:
        """Cancel calls in flight and close the channel."""
        await self._channel.close()
