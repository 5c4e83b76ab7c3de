"""The one place where channels to a sidecar are made, so that nothing but the given target says who answers.

gRPC lets the environment choose: a proxy named there is dialled in place of the target, and what answers behind that
proxy is believed. An authorization answer must not depend on such a variable.
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
    """A blocking channel to `target`, through no proxy but the `proxy` that is given.

    Raises:
        ValueError: for a target or a proxy of another form.
    """
    resolved, chosen = resolved_target(target), all_options(target, options, proxy)
    if credentials is None:
        return grpc.insecure_channel(resolved, options=chosen)
    return grpc.secure_channel(resolved, credentials, options=chosen)


def open_aio_channel(
    target: str, credentials: grpc.ChannelCredentials | None = None, options: ChannelOptions = (), proxy: str = ""
) -> grpc.aio.Channel:
    """The twin of `open_channel` for asyncio; it belongs to the running loop."""
    resolved, chosen = resolved_target(target), all_options(target, options, proxy)
    if credentials is None:
        return grpc.aio.insecure_channel(resolved, options=chosen)
    return grpc.aio.secure_channel(resolved, credentials, options=chosen)


def resolved_target(target: str) -> str:
    """The target with its scheme: `host:port` is looked up by DNS, whatever schemes gRPC may know besides.

    Raises:
        ValueError: for a scheme that leaves it to others whom to ask, such as `xds:`, and for a URL.
    """
    found = _SCHEME.fullmatch(target)
    if found and found[1].lower() in _SCHEMES:
        return target
    if not target or (found and not _PORT.fullmatch(found[2])):
        raise ValueError(f"the target `{target}` is not `host:port`, `unix:/path` or `dns:///host:port`")
    return f"dns:///{target}"


def check_proxy(proxy: str) -> None:
    """Let an empty text (no proxy) and `http://host:port` pass.

    Raises:
        ValueError: for anything else.
    """
    if proxy and not _PROXY.fullmatch(proxy):
        raise ValueError(f"the proxy `{proxy}` is not `http://host:port`")


def all_options(target: str, options: ChannelOptions = (), proxy: str = "") -> list[tuple[str, str | int]]:
    """The options of a channel, with those that every channel has.

    Raises:
        ValueError: for a proxy of another form.
    """
    check_proxy(proxy)
    chosen = {**dict(options), **_NO_REDIRECTION}
    if proxy:
        chosen |= {"grpc.enable_http_proxy": 1, "grpc.http_proxy": proxy}
    if target.lower().startswith(_LOCAL):
        # A socket has no host to be named after, and servers that are not grpcio refuse a path in its place.
        chosen["grpc.default_authority"] = "localhost"
    return list(chosen.items())
