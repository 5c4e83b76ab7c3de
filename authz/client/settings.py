"""The settings of a client: target, deadline, cache, channel options and handling of failures."""

from dataclasses import dataclass
from enum import Enum

from authz.client.channels import ChannelOptions, check_proxy, resolved_target

_KEEPALIVE_TIMEOUT_MS = 2000
_LARGEST_ANSWER = 64 << 20  # bytes; a thousand denials with messages exceed gRPC's default of 4 MB


class OnFailure(Enum):
    """The result of a check without an answer: an exception or a denial, never an allow."""

    RAISE = "raise"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Times are seconds. `batch_limit` is the server's; `cache_size` counts decisions, 0 disables the cache.

    `cache_ttl` starts when a question is sent. It limits the effect of changes that the client does not see: conditions
    on the server's clock, and a watch whose connection is silently dead. It must be below one second for a revoked
    permission to be denied within a second, including the time in which the sidecar notices the change.

    `proxy` is the proxy to use, as `http://host:port`; proxies named in the environment are ignored.

    Raises:
        ValueError: if a setting is out of range, or the target or the proxy is malformed.
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
            raise ValueError("timeout, keepalive and cache_ttl must be above 0 seconds")
        if self.batch_limit < 1 or self.cache_size < 0:
            raise ValueError("batch_limit must be at least 1 and cache_size at least 0")
        resolved_target(self.target)
        check_proxy(self.proxy)

    def channel_options(self) -> ChannelOptions:
        """The options of the client's channel."""
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
