"""What both example backends share: options, the server with its interceptor and health, and a clean stop."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

import click
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from authz.client import AsyncClient
from authz.enforcement import ApiMapping, AsyncAuthorizationInterceptor
from authz.errors import ConfigurationError

HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """The settings of a backend: `timeout` is in seconds, `account` is the root account that owns the applications."""

    listen: str
    sidecar: str
    timeout: float
    account: str


MakeMapping = Callable[[BackendSettings], ApiMapping]
Register = Callable[[grpc.aio.Server], None]


async def serve(name: str, service: str, settings: BackendSettings, mapping: ApiMapping, register: Register) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncClient(settings.sidecar, timeout=settings.timeout) as client:
        interceptor = AsyncAuthorizationInterceptor(mapping, client, timeout=settings.timeout)
        server = grpc.aio.server(interceptors=[interceptor], options=[("grpc.so_reuseport", 0)])
        register(server)
        state = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(state, server)
        for each in ("", service):
            await state.set(each, health_pb2.HealthCheckResponse.SERVING)
        port = server.add_insecure_port(settings.listen)
        await server.start()
        click.echo(f"{name} backend listens on {_address(settings.listen, port)}")
        await stop.wait()
        await state.enter_graceful_shutdown()
        await server.stop(_GRACE_SECONDS)


def _address(listen: str, port: int) -> str:
    return listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"


def backend_command(name: str, listen: str, service: str, mapping: MakeMapping, register: Register) -> click.Command:
    """The command line of one backend."""

    @click.command(name, context_settings={"auto_envvar_prefix": "BACKEND"})
    @click.option("--listen", default=listen, show_default=True, help="host:port, port 0 for any, or unix:/path.")
    @click.option("--sidecar", default="127.0.0.1:50051", show_default=True, help="host:port or unix:/path.")
    @click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="Seconds in which the sidecar must answer.",
    )
    @click.option("--account", default="12345678", show_default=True, help="The owner of the applications.")
    @click.pass_context
    def command(ctx: click.Context, listen: str, sidecar: str, timeout: float, account: str) -> None:
        """Serve the example backend."""
        settings = BackendSettings(listen, sidecar, timeout, account)
        try:
            checked = mapping(settings)
        except ConfigurationError as error:
            click.echo(f"the mapping does not fit the service:\n{error}", err=True)
            ctx.exit(1)
        asyncio.run(serve(name, service, settings, checked, register))

    return command
