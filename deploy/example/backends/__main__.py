"""One command for the whole example: starts the sidecar and both backends, and stops them together."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path

import click

from authz.client.channels import open_aio_channel

ROOT = Path(__file__).parents[3]
_PATIENCE_SECONDS = 20.0


async def _start(*command: str) -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", *command, cwd=ROOT)


async def _announce(sidecar: str) -> None:
    async with open_aio_channel(sidecar) as channel:
        await channel.channel_ready()
    click.echo(f"sidecar listens on {sidecar}")


async def _end(processes: list[Process]) -> None:
    """Stop the backends before the sidecar that they call."""
    for process in reversed(processes):
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


async def run(sidecar: str, sms: str, im: str) -> int:
    """Run all three until SIGINT or SIGTERM; 1 if one of them ends by itself."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    processes = [await _start("authz", "serve", "deploy/example", "--listen", sidecar, "--log-level", "warning")]
    try:
        for name, listen in (("sms", sms), ("im", im)):
            module = f"deploy.example.backends.{name}"
            processes.append(await _start(module, "--listen", listen, "--sidecar", sidecar))
        announcing = asyncio.create_task(_announce(sidecar))
        waits = [asyncio.create_task(each.wait()) for each in processes]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*waits, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        announcing.cancel()
        return 0 if stop.is_set() else 1
    finally:
        await _end(processes)


@click.command("backends")
@click.option("--sidecar", default="127.0.0.1:50051", show_default=True, help="Address of the sidecar.")
@click.option("--sms", default="127.0.0.1:50061", show_default=True, help="Address of the SMS backend.")
@click.option("--im", default="127.0.0.1:50062", show_default=True, help="Address of the IM backend.")
def main(sidecar: str, sms: str, im: str) -> None:
    """Run the sidecar on deploy/example, and both example backends."""
    sys.exit(asyncio.run(run(sidecar, sms, im)))


if __name__ == "__main__":
    main()
