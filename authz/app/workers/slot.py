"""One of the workers: a process that receives every snapshot, and is replaced when it dies."""

import asyncio
import itertools
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from authz.accounts.change import AccountChange, difference
from authz.accounts.model import Account
from authz.app.settings import Settings
from authz.app.workers.link import Accounts, Changes, Failed, Link, Metrics, MetricsRequest, Publish, Serving
from authz.engine.live import Engine
from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Snapshot
from authz.telemetry.events import get_logger
from authz.telemetry.metrics_snapshot import ServiceSnapshot

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between the death of a worker and the start of the next, doubled while workers live shorter than `_YOUNG`."""
_YOUNG = 10.0  # seconds
_PART = 200  # accounts in one message
_METRICS_SECONDS = 1.0  # for a worker to answer with its figures; if a busy one is late, its previous figures count

log = get_logger("authz.app.workers")
T = TypeVar("T")


class WorkerSlot:
    """A worker process and its successors, on one event loop. `settings` name the ports that all workers share."""

    def __init__(self, number: int, settings: Settings, engine: Engine) -> None:
        self.number = number
        self.is_serving = False
        self.restarts = 0
        self.failure: str | None = None
        self.started = asyncio.Event()  # set when the first process serves or has failed
        self._has_served = self._is_stopping = False
        self._settings = settings
        self._engine = engine
        self._process: asyncio.subprocess.Process | None = None
        self._link: Link | None = None
        self._published = asyncio.Event()
        self._numbers = itertools.count()
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._last = self._ended = ServiceSnapshot()

    def notify(self) -> None:
        """Send the worker the snapshot in force, since there is a new one."""
        self._published.set()

    async def run(self) -> None:
        """Keep a worker alive until `stop`, or until the first process fails to start."""
        pause = FIRST_PAUSE
        while True:
            began = asyncio.get_running_loop().time()
            try:
                status: int | str = await self._live()
            except OSError as error:  # the system refuses to start a process
                status = str(error)
            lived = asyncio.get_running_loop().time() - began
            if not self._has_served and self.failure is None:
                self.failure = f"a worker could not start, or ended before it served: {status}"
                self.started.set()
            if self.failure is not None or self._is_stopping:
                return
            pause = FIRST_PAUSE if lived > _YOUNG else min(pause * 2, LONGEST_PAUSE)
            log.error("a worker died", worker=self.number, status=status, seconds=round(lived, 1), restart_in=pause)
            await asyncio.sleep(pause)
            self.restarts += 1

    async def _live(self) -> int:
        """One process from its start to its end."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "authz.app.workers.worker", str(theirs.fileno())]
            try:
                self._process = process = await asyncio.create_subprocess_exec(*command, pass_fds=[theirs.fileno()])
            except OSError:
                ours.close()
                raise
        self._link = link = await Link.open(ours)
        tasks = [asyncio.create_task(self._feed(link)), asyncio.create_task(self._receive(link))]
        try:
            return await process.wait()
        finally:
            self.is_serving = False
            for task in tasks:
                task.cancel()
            link.close()
            self._ended, self._last = self._ended + self._last.ended(), ServiceSnapshot()

    async def _feed(self, link: Link) -> None:
        """Send the worker every snapshot, as its difference from the one that the worker has."""
        with suppress(ConnectionError):
            await link.send(self._settings)
            known: Snapshot | None = None
            while True:
                self._published.clear()
                snapshot = self._engine.live
                if snapshot is not known:
                    await _send_difference(link, known, snapshot)
                    known = snapshot
                await self._published.wait()

    async def _receive(self, link: Link) -> None:
        while (message := await link.receive()) is not None:
            if isinstance(message, Metrics):
                self._last = message.snapshot
                answer = self._answers.pop(message.number, None)
                if answer is not None and not answer.done():
                    answer.set_result(None)
            elif isinstance(message, Serving):
                self.is_serving = self._has_served = True
                self.started.set()
            elif isinstance(message, Failed):
                self.failure = message.message
                self.started.set()

    async def metrics(self) -> ServiceSnapshot:
        """The figures of all its processes so far."""
        if self.is_serving and self._link is not None:
            number = next(self._numbers)
            self._answers[number] = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(_METRICS_SECONDS):
                    await self._link.send(MetricsRequest(number))
                    await self._answers[number]
            self._answers.pop(number, None)
        return self._ended + self._last

    def stop(self, number: int) -> None:
        """Send the process a signal, if it is alive; it will have no successor."""
        self._is_stopping = True
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def ended(self) -> None:
        """Wait for the end of the current process."""
        if self._process is not None:
            await self._process.wait()


async def _send_difference(link: Link, known: Snapshot | None, snapshot: Snapshot) -> None:
    """Send the accounts that differ between two snapshots; the worker keeps the others with their compiled plans."""
    states: ShardedMap[AccountState] = ShardedMap() if known is None else known.states
    changed, gone = snapshot.states.changed_since(states)
    new: list[Account] = []
    changes: list[AccountChange] = []
    for uin, state in changed.items():
        before = states.find(uin)
        if before is None:
            new.append(state.account)
        else:
            changes.append(difference(before.account, state.account))
    for accounts in _parts(new):
        await link.send(Accounts(accounts))
    for part in _parts(changes):
        await link.send(Changes(part))
    await link.send(Publish(gone, snapshot.revision))


def _parts(items: list[T]) -> Iterator[tuple[T, ...]]:
    for start in range(0, len(items), _PART):
        yield tuple(items[start : start + _PART])
