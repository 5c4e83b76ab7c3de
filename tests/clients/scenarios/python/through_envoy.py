"""grpcio with asyncio through Envoy: `through_envoy.py ENVOY ADDRESS SCENARIO[=ARGUMENT]...`, as aio.py.

What the server hears is Envoy: its codec, its pool of connections, its pings, its answer to a server that drains.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

AIO = Path(__file__).with_name("aio.py")
PATIENCE = 60.0
HTTP2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def place(address):
    """An address as Envoy writes it."""
    if address.startswith("unix:"):
        return {"pipe": {"path": address.removeprefix("unix:")}}
    host, _, port = address.rpartition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}


def cluster(address):
    """The server: a connection of its own for each client's, pinged every second."""
    options = {"connection_keepalive": {"interval": "1s", "timeout": "5s"}}
    bounds = {"max_connections": 4096, "max_requests": 4096, "max_pending_requests": 4096}
    endpoint = {"lb_endpoints": [{"endpoint": {"address": place(address)}}]}
    return {
        "name": "server",
        "type": "STATIC",
        "connect_timeout": "5s",
        "connection_pool_per_downstream_connection": True,
        "circuit_breakers": {"thresholds": [bounds]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": HTTP2,
                "explicit_http_config": {"http2_protocol_options": options},
            }
        },
        "load_assignment": {"cluster_name": "server", "endpoints": [endpoint]},
    }


def listener():
    """Whoever connects reaches the server; a call whose connection cannot be had is tried again, no other."""
    retry = {"retry_on": "connect-failure,refused-stream", "num_retries": 10}
    deadlines = {"grpc_timeout_header_max": "0s"}
    route = {"cluster": "server", "timeout": "0s", "max_stream_duration": deadlines, "retry_policy": retry}
    hosts = [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": route}]}]
    manager = {
        "@type": MANAGER,
        "stat_prefix": "clients",
        "codec_type": "HTTP2",
        "route_config": {"virtual_hosts": hosts},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    return {"name": "clients", "address": place("127.0.0.1:0"), "filter_chains": [{"filters": filters}]}


def eventually(process, value):
    """The first true value of `value()` while Envoy runs."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            if found := value():
                return found
        time.sleep(0.02)
    raise SystemExit("Envoy does not serve")


def port_of(process, admin):
    """Where Envoy listens, once it is ready."""

    def got(path):
        with urllib.request.urlopen(f"http://{admin.read_text()}{path}", timeout=PATIENCE) as answer:
            return answer.read()

    eventually(process, lambda: got("/ready") == b"LIVE\n")
    [heard] = json.loads(got("/listeners?format=json"))["listener_statuses"]
    return heard["local_address"]["socket_address"]["port_value"]


def main(envoy, address, *scenarios):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        resources = {"listeners": [listener()], "clusters": [cluster(address)]}
        config = {"admin": {"address": place("127.0.0.1:0")}, "static_resources": resources}
        (folder / "envoy.json").write_text(json.dumps(config))
        command = [envoy, "-c", folder / "envoy.json", "--admin-address-path", folder / "admin", "-l", "error"]
        process = subprocess.Popen([*command, "--use-dynamic-base-id", "--concurrency", "1"])
        try:
            port = port_of(process, folder / "admin")
            return subprocess.run([sys.executable, AIO, f"127.0.0.1:{port}", *scenarios]).returncode
        finally:
            process.terminate()
            process.wait(PATIENCE)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # not without ending Envoy
    raise SystemExit(main(*sys.argv[1:]))
