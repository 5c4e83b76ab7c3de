"""Settings -> a running sidecar; the only file that knows everyone."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from authz.app.service import Service
from authz.app.settings import Settings
from authz.app.workers.supervisor import Supervisor
from authz.engine.live import Engine
from authz.errors import AuthzError, InvalidAccountError
from authz.printable import printable
from authz.runtime.event_loop import run, unless_stopped
from authz.runtime.gc_tuning import held_off
from authz.runtime.signals import Signals, ignore_from_now_on
from authz.server.lifecycle import Bound
from authz.server.tls import Certificates
from authz.sources.directory.source import DirectorySource
from authz.sources.follower import Follower
from authz.sources.status import Stale
from authz.telemetry.events import get_logger
from authz.telemetry.metrics_snapshot import MetricsSnapshot, ServiceSnapshot, StaleSnapshot

if TYPE_CHECKING:
    from authz.telemetry.http import HttpEndpoint

_CANCEL_SECONDS = 5.0  # for tasks to end that were told to: nothing may hold up a stop for longer

log = get_logger("authz")
Progress = Callable[[int, int], None]


class SourceFeed:
    """Fills an engine from the source of the settings: everything at first, then every change."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._source = DirectorySource(settings.source, is_watched=settings.watch)
        self._follower = Follower(self._source, engine)

    async def load(self, progress: Progress) -> None:
        """Put everything into force for the first time.

        Raises:
            SourceError: if the source cannot be read.
            InvalidAccountError: if accounts are broken and may not be.
        """
        allow_broken = self._settings.allow_broken_accounts
        with held_off():
            problems = await self._follower.load(progress, allow_broken=allow_broken)
        if problems and not allow_broken:
            raise InvalidAccountError(problems)

    async def follow_until(self, stop: asyncio.Event) -> None:
        """Follow the source until `stop`; a follower that dies is a bug, and takes the server down with it."""
        tasks = [asyncio.create_task(self._follower.follow()), asyncio.create_task(stop.wait())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        if not stop.is_set():
            raise AuthzError(f"following the source ended: {done}")

    def read_anew(self) -> None:
        """Look at the whole source at once, whatever was heard of it; before it is followed, that is done anyway."""
        log.info("reading everything anew")
        self._follower.survey_soon()

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def stale(self) -> list[Stale]:
        """What is not in force as it is in the source."""
        return self._follower.status.stale(time.monotonic())

    def reading(self, service: ServiceSnapshot, workers: int = 1, restarts: int = 0) -> MetricsSnapshot:
        """All figures, those of the processes that serve being given."""
        live = self._engine.live if self._engine.is_ready else None
        status = self._follower.status
        return MetricsSnapshot(
            service=service,
            workers=workers,
            restarts=restarts,
            revision=live.revision if live else 0,
            revision_at=status.published_at,
            looked_at=status.looked_at,
            accounts=len(live.states) if live else 0,
            reloads=status.reloads,
            refusals=status.refusals,
            faults=tuple((key or ".", len(fault.problems)) for key, fault in status.reported_faults.items()),
            stale=tuple(StaleSnapshot(each.key or ".", each.path, each.reason, each.seconds) for each in self.stale()),
        )


class Sidecar:
    """A sidecar in one process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._service = Service(settings)
        self._feed = SourceFeed(settings, self._service.engine)
        self._is_stopping = False

    async def run(self, progress: Progress) -> None:
        """Serve until a signal to stop comes, then drain; on SIGHUP read everything anew.

        Raises:
            ListenError: if an address cannot be had.
            SourceError: if the source cannot be read.
            InvalidAccountError: if accounts are broken and may not be.
        """
        stop = Signals(self._feed.read_anew).stop
        http = _open_http(self._settings, self._reading, self._is_ready, self._feed.stale)
        try:
            bound = await self._service.startup()
            if await unless_stopped(self._feed.load(progress), stop):
                await self._service.ready()
                _log_serving(self._settings, bound, http)
                await self._follow_until(stop)
            await self._drain()
        finally:
            await self._service.close()
            self._feed.close()
            if http is not None:
                http.close()

    async def _follow_until(self, stop: asyncio.Event) -> None:
        """Follow the source, and keep the sockets as they are; raises ListenError where these cannot be kept."""
        keeping = asyncio.create_task(self._service.keep_sockets())
        keeping.add_done_callback(lambda _: stop.set())
        try:
            await self._feed.follow_until(stop)
            if keeping.done():
                log.error("a socket is lost and cannot be made again; stopping", reason=str(keeping.exception()))
                await self._drain()
                keeping.result()
        finally:
            keeping.cancel()

    async def _drain(self) -> None:
        self._is_stopping = True
        await self._service.drain()
        log.info("stopped", answered=self._service.answered())

    def _is_ready(self) -> bool:
        return self._service.engine.is_ready and not self._is_stopping

    def _reading(self) -> MetricsSnapshot:
        return self._feed.reading(self._service.reading())


class SharedSidecar:
    """A sidecar in several processes: this one reads the source, and its workers serve."""

    def __init__(self, settings: Settings) -> None:
        if settings.tls is not None:
            Certificates(settings.tls)  # tried here, since a worker that cannot start has nobody to tell
        self._settings = settings
        self._engine = Engine()
        self._feed = SourceFeed(settings, self._engine)
        self._supervisor = Supervisor(settings, self._engine)

    async def run(self, progress: Progress) -> None:
        """Serve until a signal to stop comes, then let all workers drain; otherwise as Sidecar.run."""
        stop = Signals(self._feed.read_anew).stop
        bound = self._supervisor.reserve()
        http = _open_http(self._settings, self._reading, self._supervisor.is_ready, self._feed.stale)
        try:
            if await unless_stopped(self._start(progress), stop):
                _log_serving(self._settings, bound, http)
                await self._feed.follow_until(stop)
            await self._supervisor.drain()
            log.info("stopped")
        finally:
            await self._supervisor.close()
            self._feed.close()
            if http is not None:
                http.close()

    async def _start(self, progress: Progress) -> None:
        await self._feed.load(progress)
        await self._supervisor.start()

    def _reading(self) -> MetricsSnapshot:
        service = self._supervisor.reading()
        return self._feed.reading(service, self._supervisor.serving, self._supervisor.restarts)


def _open_http(
    settings: Settings,
    reading: Callable[[], MetricsSnapshot],
    is_ready: Callable[[], bool],
    stale: Callable[[], list[Stale]],
) -> "HttpEndpoint | None":
    if settings.http is None:
        return None
    # Not imported with the module: without HTTP, no start waits for them.
    from authz.telemetry.http import HttpEndpoint  # noqa: PLC0415
    from authz.telemetry.metrics import registry_of  # noqa: PLC0415

    return HttpEndpoint(settings.http, registry_of(reading), is_ready, lambda: [_told(each) for each in stale()])


def _told(stale: Stale) -> str:
    """What is stale, in a line."""
    return printable(f"{stale.key or '.'} for {stale.seconds:.0f} s: {stale.path}: {stale.reason}")


def _log_serving(settings: Settings, bound: Bound, http: "HttpEndpoint | None") -> None:
    log.info(
        "serving",
        listen=bound.listen,
        transport=settings.transport.value,
        health=bound.health or None,
        http=http.address if http else None,
        tls=settings.tls is not None,
        source=str(settings.source),
    )


def serve(settings: Settings, progress: Progress) -> None:
    """Run a sidecar to its end, which is to be that of the process; see Sidecar.run for what it raises."""
    run(_serve(settings, progress))
    ignore_from_now_on()


async def _serve(settings: Settings, progress: Progress) -> None:
    sidecar = Sidecar(settings) if settings.workers == 1 else SharedSidecar(settings)
    await sidecar.run(progress)
