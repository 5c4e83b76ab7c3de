"""The supervisor: starts workers on shared ports, keeps them alive, and sums their metrics."""

import asyncio
import signal
from dataclasses import replace

from authz.app.settings import Settings
from authz.app.workers.ports import Ports
from authz.app.workers.slot import WorkerSlot
from authz.engine.live import Engine
from authz.errors import ListenError
from authz.server.lifecycle import Bound
from authz.telemetry.events import get_logger
from authz.telemetry.metrics_snapshot import ServiceSnapshot

_GRACE_SECONDS = 5.0  # after notice and drain, before a worker that has not stopped is killed
_METRICS_SECONDS = 5.0  # for all workers to answer with their figures

log = get_logger("authz.app.workers")


class Supervisor:
    """Workers that serve what is in force in `engine`, which the caller fills."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._ports = Ports()
        self._slots: list[WorkerSlot] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stopping = False

    def reserve(self) -> Bound:
        """Reserve the addresses; returns them with their ports.

        Raises:
            ListenError: naming the address that cannot be bound or shared.
        """
        listen = self._ports.reserve(self._settings.listen, self._settings.workers)
        health = self._ports.reserve(self._settings.health_listen, self._settings.workers)
        self._settings = replace(self._settings, listen=listen, health_listen=health)
        return Bound([address.target for address in listen], [address.target for address in health])

    async def start(self) -> None:
        """Start all workers and wait until they serve; the engine must have accounts.

        Raises:
            ListenError: if a worker cannot start.
        """
        self._loop = asyncio.get_running_loop()
        self._engine.subscribe(lambda _: self._notify())
        self._slots = [WorkerSlot(number, self._settings, self._engine) for number in range(self._settings.workers)]
        self._tasks = [asyncio.create_task(slot.run()) for slot in self._slots]
        for slot in self._slots:
            await slot.started.wait()
            if slot.failure is not None:
                raise ListenError(slot.failure)

    def _notify(self) -> None:
        for slot in self._slots:
            slot.notify()

    @property
    def serving(self) -> int:
        """The number of workers that serve now."""
        return sum(slot.is_serving for slot in self._slots)

    @property
    def restarts(self) -> int:
        """The number of workers that died and were restarted."""
        return sum(slot.restarts for slot in self._slots)

    def is_ready(self) -> bool:
        """Whether at least one worker serves and none was asked to stop."""
        return self.serving > 0 and not self._is_stopping

    def metrics(self) -> ServiceSnapshot:
        """The figures of all workers, dead ones included; must not be called from the thread of the event loop."""
        if self._loop is None:
            return ServiceSnapshot()
        return asyncio.run_coroutine_threadsafe(self._metrics(), self._loop).result(_METRICS_SECONDS)

    async def _metrics(self) -> ServiceSnapshot:
        return sum(await asyncio.gather(*(slot.metrics() for slot in self._slots)), ServiceSnapshot())

    async def drain(self) -> None:
        """Let all workers finish their calls and end; a worker that does not end in time is killed."""
        self._is_stopping = True
        for slot in self._slots:
            slot.stop(signal.SIGTERM)
        patience = self._settings.shutdown_notice + self._settings.drain_timeout + _GRACE_SECONDS
        ends = [asyncio.create_task(slot.ended()) for slot in self._slots]
        _, late = await asyncio.wait(ends, timeout=patience) if ends else (set(), set())
        if late:
            log.error("workers did not stop in time and are killed", workers=len(late))

    async def close(self) -> None:
        """Leave no process behind; must be called however serving ended."""
        for task in self._tasks:
            task.cancel()
        for slot in self._slots:
            slot.stop(signal.SIGKILL)
            await slot.ended()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ports.close()
