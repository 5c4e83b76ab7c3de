"""The supervisor: starts workers on shared ports, keeps them alive, and adds up what they count."""

import asyncio
import signal
from dataclasses import replace

from authz.app.settings import Settings
from authz.app.workers.member import Member
from authz.app.workers.ports import Ports
from authz.engine.live import Engine
from authz.errors import ListenError
from authz.server.lifecycle import Bound
from authz.telemetry.events import get_logger
from authz.telemetry.metrics_snapshot import ServiceSnapshot

_GRACE_SECONDS = 5.0  # beyond notice and drain, before a worker that should stop is killed
_READING_SECONDS = 5.0

log = get_logger("authz.app.workers")


class Supervisor:
    """Workers that serve what is in force in `engine`, which somebody else fills."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._ports = Ports()
        self._members: list[Member] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stopping = False

    def reserve(self) -> Bound:
        """Take the addresses; returns them with their ports.

        Raises:
            ListenError: naming the address that cannot be had, or cannot be shared.
        """
        listen = self._ports.reserve(self._settings.listen, self._settings.workers)
        health = self._ports.reserve(self._settings.health_listen, self._settings.workers)
        self._settings = replace(self._settings, listen=listen, health_listen=health)
        return Bound([address.target for address in listen], [address.target for address in health])

    async def start(self) -> None:
        """Start all workers and wait until they serve; something must be in force.

        Raises:
            ListenError: if one of them cannot start.
        """
        self._loop = asyncio.get_running_loop()
        self._engine.subscribe(lambda _: self._tell())
        self._members = [Member(number, self._settings, self._engine) for number in range(self._settings.workers)]
        self._tasks = [asyncio.create_task(member.run()) for member in self._members]
        for member in self._members:
            await member.changed.wait()
            if member.failure is not None:
                raise ListenError(member.failure)

    def _tell(self) -> None:
        for member in self._members:
            member.tell()

    @property
    def serving(self) -> int:
        """Workers that serve now."""
        return sum(member.is_serving for member in self._members)

    @property
    def restarts(self) -> int:
        """Workers that were started in the place of dead ones."""
        return sum(member.restarts for member in self._members)

    def is_ready(self) -> bool:
        """Whether a call would be answered."""
        return self.serving > 0 and not self._is_stopping

    def reading(self) -> ServiceSnapshot:
        """The sum over all workers, dead ones included; to be called from another thread than the loop's."""
        if self._loop is None:
            return ServiceSnapshot()
        return asyncio.run_coroutine_threadsafe(self._reading(), self._loop).result(_READING_SECONDS)

    async def _reading(self) -> ServiceSnapshot:
        readings = await asyncio.gather(*(member.reading() for member in self._members))
        return sum(readings, ServiceSnapshot())

    async def drain(self) -> None:
        """Let all workers finish what they have, and end; who does not is killed."""
        self._is_stopping = True
        for member in self._members:
            member.stop(signal.SIGTERM)
        patience = self._settings.shutdown_notice + self._settings.drain_timeout + _GRACE_SECONDS
        ends = [asyncio.create_task(member.ended()) for member in self._members]
        _, late = await asyncio.wait(ends, timeout=patience) if ends else (set(), set())
        if late:
            log.error("workers did not stop in time and are killed", workers=len(late))

    async def close(self) -> None:
        """Leave no process behind; to be called however serving ended."""
        for task in self._tasks:
            task.cancel()
        for member in self._members:
            member.stop(signal.SIGKILL)
            await member.ended()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ports.close()
