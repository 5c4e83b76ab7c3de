"""How a client behaves: its target, deadline, channel options, cache and what a failure turns into."""

from dataclasses import dataclass
from enum import Enum

from authz.client.channels import ChannelOptions, check_proxy, resolved_target

_KEEPALIVE_TIMEOUT_MS = 2000
_LARGEST_ANSWER = 64 << 20  # bytes; a thousand denials with their messages outgrow gRPC's 4 MB


class OnFailure(Enum):
    """What a check comes to that the sidecar did not answer; neither is ever an allow."""

    RAISE = "raise"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Times are seconds. `batch_limit` is the server's; `cache_size` counts decisions, 0 switches the cache off.

    `cache_ttl` counts from when a question is asked. It bounds what the client cannot see: conditions on the server's
    clock, and a watch that is dead without a sign. With the sidecar's own time to notice a change, a revoked
    permission has to be refused within a second, hence less than one.

    `proxy` is the `http://host:port` to go through; without one the target is dialled, whatever the environment says.

    Raises:
        ValueError: for a setting that makes no sense, or a target that is none of a sidecar's.
    """

    target: str
    timeout: float = 1.0
    on_failure: OnFailure = OnFailure.RAISE
    batch_limit: int = 1000
    keepalive: float = 10.0
    cache_size: int = 0
    cache_ttl: float = 0.8
    proxy: str = ""

    def __post_init__(self) -> None:
        if self.timeout <= 0 or self.keepalive <= 0 or self.cache_ttl <= 0:
            raise ValueError("timeout, keepalive and cache_ttl are seconds above 0")
        if self.batch_limit < 1 or self.cache_size < 0:
            raise ValueError("batch_limit is at least 1, cache_size at least 0")
        resolved_target(self.target)
        check_proxy(self.proxy)

    def channel_options(self) -> ChannelOptions:
        """The options of the one channel that a client has."""
        return (
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.min_reconnect_backoff_ms", 1000),
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.keepalive_time_ms", int(self.keepalive * 1000)),
            ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.max_receive_message_length", _LARGEST_ANSWER),
        )
