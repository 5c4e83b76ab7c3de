"""From settings to a running sidecar; the only module that knows all parts."""

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
from authz.sources.follower import Follower
from authz.sources.opening import folder_beside, open_source
from authz.sources.status import Stale
from authz.telemetry.events import get_logger
from authz.telemetry.metrics_snapshot import MetricsSnapshot, ServiceSnapshot, StaleSnapshot

if TYPE_CHECKING:
    from authz.telemetry.http import HttpEndpoint

_CANCEL_SECONDS = 5.0  # for cancelled tasks to end, so that none delays a stop for longer

log = get_logger("authz")
Progress = Callable[[int, int], None]


class SourceFeed:
    """Fills an engine from the source in the settings: first everything, then every change."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        last_good = settings.last_good or folder_beside(settings.source)
        self._source = open_source(settings.source, is_watched=settings.watch, last_good=last_good)
        self._follower = Follower(self._source, engine)

    async def load(self, progress: Progress) -> None:
        """Load and publish all accounts for the first time.

        Raises:
            SourceError: if the source cannot be read.
            InvalidAccountError: if accounts are invalid and `allow_broken_accounts` is off.
        """
        allow_broken = self._settings.allow_broken_accounts
        with held_off():
            problems = await self._follower.load(progress, allow_broken=allow_broken)
        if problems and not allow_broken:
            raise InvalidAccountError(problems)

    async def follow_until(self, stop: asyncio.Event) -> None:
        """Follow the source until `stop`.

        Raises:
            AuthzError: if the follower ended, which is a bug: the sidecar must not serve what it no longer follows.
        """
        following, stopping = asyncio.create_task(self._follower.follow()), asyncio.create_task(stop.wait())
        await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (following, stopping):
            task.cancel()
        await asyncio.wait({following, stopping}, timeout=_CANCEL_SECONDS)
        if not stop.is_set():
            log.error("the source is no longer followed; stopping", exc_info=following.exception())
            raise AuthzError("the source is no longer followed; the log has the cause") from following.exception()

    def read_anew(self) -> None:
        """Read the whole source as soon as possible; no effect before it is followed, since that begins with it."""
        log.info("reading everything anew")
        self._follower.survey_soon()

    def close(self) -> None:
        """Release the source."""
        self._source.close()

    def stale(self) -> list[Stale]:
        """The files and accounts whose newest version is not in force."""
        return self._follower.status.stale(time.monotonic())

    def metrics(self, service: ServiceSnapshot, workers: int = 1, restarts: int = 0) -> MetricsSnapshot:
        """All figures; `service` are those of the processes that serve."""
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
        """Serve until a signal to stop arrives, then drain; SIGHUP reads everything anew.

        Raises:
            ListenError: if an address cannot be bound.
            SourceError: if the source cannot be read.
            InvalidAccountError: if accounts are invalid and `allow_broken_accounts` is off.
        """
        stop = Signals(self._feed.read_anew).stop
        http = _open_http(self._settings, self._metrics, self._is_ready, self._feed.stale)
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
        """Follow the source and restore lost sockets; raises ListenError if a socket cannot be restored."""
        keeping = asyncio.create_task(self._service.keep_sockets())
        keeping.add_done_callback(lambda _: stop.set())
        try:
            await self._feed.follow_until(stop)
            if keeping.done():
                log.error("a socket is lost and cannot be restored; stopping", reason=str(keeping.exception()))
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

    def _metrics(self) -> MetricsSnapshot:
        return self._feed.metrics(self._service.metrics())


class SharedSidecar:
    """A sidecar in several processes: this one reads the source, its workers serve."""

    def __init__(self, settings: Settings) -> None:
        if settings.tls is not None:
            Certificates(settings.tls)  # checked here, so that the command reports the error and no worker starts
        self._settings = settings
        self._engine = Engine()
        self._feed = SourceFeed(settings, self._engine)
        self._supervisor = Supervisor(settings, self._engine)

    async def run(self, progress: Progress) -> None:
        """Serve until a signal to stop arrives, then drain all workers; otherwise as Sidecar.run."""
        stop = Signals(self._feed.read_anew).stop
        bound = self._supervisor.reserve()
        http = _open_http(self._settings, self._metrics, self._supervisor.is_ready, self._feed.stale)
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

    def _metrics(self) -> MetricsSnapshot:
        service = self._supervisor.metrics()
        return self._feed.metrics(service, self._supervisor.serving, self._supervisor.restarts)


def _open_http(
    settings: Settings,
    metrics: Callable[[], MetricsSnapshot],
    is_ready: Callable[[], bool],
    stale: Callable[[], list[Stale]],
) -> "HttpEndpoint | None":
    if settings.http is None:
        return None
    # Imported late, so that a start without HTTP does not pay for them.
    from authz.telemetry.http import HttpEndpoint  # noqa: PLC0415
    from authz.telemetry.metrics import registry_of  # noqa: PLC0415

    return HttpEndpoint(settings.http, registry_of(metrics), is_ready, lambda: [_stale_line(each) for each in stale()])


def _stale_line(stale: Stale) -> str:
    """The line of `/readyz` about it."""
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
    """Run a sidecar to its end; the process must end after it. Raises what Sidecar.run raises."""
    run(_serve(settings, progress))
    ignore_from_now_on()


async def _serve(settings: Settings, progress: Progress) -> None:
    sidecar = Sidecar(settings) if settings.workers == 1 else SharedSidecar(settings)
    await sidecar.run(progress)
