"""The command `authz bench`, which measures a sidecar, or the engine with the user's policies."""

import click

from authz.cli.bench.engine import engine_command
from authz.cli.bench.latency import latency_command
from authz.cli.bench.reload import reload_command
from authz.cli.bench.throughput import throughput_command


@click.group("bench")
def bench_command() -> None:
    """Measure a sidecar or the engine. Each benchmark prints a table and can write JSON."""


for command in (throughput_command, latency_command, reload_command, engine_command):
    bench_command.add_command(command)
