"""Runs the demo: one sidecar and one control plane on a database with the example, until a signal comes."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from authz.app.demo.child import Role
from authz.app.demo.folder import DemoFolder, demo_folder
from authz.app.demo.guide import Addresses, guide
from authz.app.demo.process import DemoProcess
from authz.control.accounts import NewAccount
from authz.runtime.event_loop import run
from authz.runtime.signals import Signals, ignore_from_now_on
from authz.server.listeners import Address


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """`listen` is the address of the sidecar, `http` that of the CAM API; `keep` a folder that stays, if one is to."""

    listen: Address
    http: Address
    keep: Path | None = None


def serve_demo(settings: DemoSettings, announce: Callable[[str], None]) -> None:
    """Run the demo to its end, which is that of the process; `announce` is called with the text to print.

    Raises:
        StoreError: if the database cannot be made or opened.
        SourceError: if the folder cannot be made, or the example is not part of this installation.
        DemoError: if one of its processes cannot start, or ends by itself.
    """
    run(_serve(settings, announce))
    ignore_from_now_on()


async def _serve(settings: DemoSettings, announce: Callable[[str], None]) -> None:
    def hang_up() -> None:  # a terminal that is closed ends it too
        signals.stop.set()

    signals = Signals(hang_up)
    with demo_folder(settings.keep) as folder:
        root = await asyncio.to_thread(folder.fill)
        if not signals.stop.is_set():
            await _until(signals.stop, _run(settings, folder, root, announce))


async def _until(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Run `work` to its end, or until `stop` is set; in either case it has cleaned up after itself."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _run(
    settings: DemoSettings, folder: DemoFolder, root: NewAccount | None, announce: Callable[[str], None]
) -> None:
    started: list[DemoProcess] = []
    try:
        for role, address in ((Role.SIDECAR, settings.listen), (Role.CONTROL_PLANE, settings.http)):
            started.append(await DemoProcess.start(role, folder.url, address, folder.log(role.value)))
        sidecar, api = await asyncio.gather(*(each.address() for each in started))
        announce(guide(folder, Addresses(sidecar, api), root))
        await asyncio.gather(*(each.watch() for each in started))
    finally:
        await asyncio.gather(*(each.stop() for each in started))
