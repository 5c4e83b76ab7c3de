"""`authz bench`: measurements that anybody can repeat, one file for each."""

import click

from authz.cli.bench.alternatives import alternatives_command
from authz.cli.bench.client import client_command
from authz.cli.bench.engine import engine_command
from authz.cli.bench.latency import latency_command
from authz.cli.bench.load import load_command
from authz.cli.bench.overload import overload_command
from authz.cli.bench.peers import peers_command
from authz.cli.bench.reload import reload_command
from authz.cli.bench.server import server_command
from authz.cli.bench.startup import startup_command
from authz.cli.bench.tail import tail_command
from authz.cli.bench.transport import transport_command


@click.group("bench")
def bench_command() -> None:
    """Measure this machine: each benchmark prints a table and can write JSON."""


bench_command.add_command(alternatives_command)
bench_command.add_command(engine_command)
bench_command.add_command(client_command)
bench_command.add_command(latency_command)
bench_command.add_command(load_command)
bench_command.add_command(peers_command)
bench_command.add_command(reload_command)
bench_command.add_command(server_command)
bench_command.add_command(startup_command)
bench_command.add_command(overload_command)
bench_command.add_command(tail_command)
bench_command.add_command(transport_command)
