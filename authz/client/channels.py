"""Creation of channels to a sidecar, which connect to the given target only.

By default, gRPC connects to a proxy named in the environment instead of the target, and trusts the answers from there.
Authorization must not depend on such a variable.
"""

import re
from collections.abc import Mapping, Sequence

import grpc

ChannelOptions = Sequence[tuple[str, str | int]]

_SCHEMES = frozenset({"dns", "ipv4", "ipv6", "unix", "unix-abstract"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_PORT = re.compile(r"[0-9]+", re.ASCII)
_PROXY = re.compile(r"http://[^/?#\s]+:[0-9]+/?", re.ASCII)
_LOCAL = ("unix:", "unix-abstract:")

_NO_REDIRECTION: Mapping[str, str | int] = {
    # http_proxy, https_proxy and grpc_proxy; and GRPC_ADDRESS_HTTP_PROXY, which is another mechanism, for no address.
    "grpc.enable_http_proxy": 0,
    "grpc.address_http_proxy_enabled_addresses": "",
    # A TXT record could choose how calls are balanced and repeated.
    "grpc.service_config_disable_resolution": 1,
}


def open_channel(
    target: str, credentials: grpc.ChannelCredentials | None = None, options: ChannelOptions = (), proxy: str = ""
) -> grpc.Channel:
    """Open a blocking channel to `target`, through `proxy` unless it is empty.

    Raises:
        ValueError: if the target or the proxy is malformed.
    """
    resolved, chosen = resolved_target(target), all_options(target, options, proxy)
    if credentials is None:
        return grpc.insecure_channel(resolved, options=chosen)
    return grpc.secure_channel(resolved, credentials, options=chosen)


def open_aio_channel(
    target: str, credentials: grpc.ChannelCredentials | None = None, options: ChannelOptions = (), proxy: str = ""
) -> grpc.aio.Channel:
    """Open an asyncio channel, which belongs to the running event loop; see `open_channel`."""
    resolved, chosen = resolved_target(target), all_options(target, options, proxy)
    if credentials is None:
        return grpc.aio.insecure_channel(resolved, options=chosen)
    return grpc.aio.secure_channel(resolved, credentials, options=chosen)


def resolved_target(target: str) -> str:
    """The target with its scheme; `host:port` gets the scheme `dns`.

    Raises:
        ValueError: if it is a URL, or its scheme lets another service choose the server, such as `xds:`.
    """
    found = _SCHEME.fullmatch(target)
    if found and found[1].lower() in _SCHEMES:
        return target
    if not target or (found and not _PORT.fullmatch(found[2])):
        raise ValueError(f"the target `{target}` is not `host:port`, `unix:/path` or `dns:///host:port`")
    return f"dns:///{target}"


def check_proxy(proxy: str) -> None:
    """Accept an empty string (no proxy) or `http://host:port`.

    Raises:
        ValueError: if it is anything else.
    """
    if proxy and not _PROXY.fullmatch(proxy):
        raise ValueError(f"the proxy `{proxy}` is not `http://host:port`")


def all_options(target: str, options: ChannelOptions = (), proxy: str = "") -> list[tuple[str, str | int]]:
    """The options of a channel, including those of every channel.

    Raises:
        ValueError: if the proxy is malformed.
    """
    check_proxy(proxy)
    chosen = {**dict(options), **_NO_REDIRECTION}
    if proxy:
        chosen |= {"grpc.enable_http_proxy": 1, "grpc.http_proxy": proxy}
    if target.lower().startswith(_LOCAL):
        # A socket has no host to be named after, and servers that are not grpcio refuse a path in its place.
        chosen["grpc.default_authority"] = "localhost"
    return list(chosen.items())
