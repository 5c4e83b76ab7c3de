"""Settings -> a running sidecar; the only file that knows everyone."""

import asyncio
import signal
from collections.abc import Callable, Coroutine

import structlog

from authz.cache import DecisionCache
from authz.collector import exempt_new, settle
from authz.config import Settings
from authz.engine.live import Engine
from authz.errors import AuthzError, InvalidAccountError
from authz.server.batch import BatchChecker
from authz.server.check import Checker
from authz.server.explain import Explainer
from authz.server.grpcio import GrpcioMethods
from authz.server.lifecycle import Server
from authz.server.loops import run
from authz.server.revisions import RevisionFeed
from authz.server.tally import Tally
from authz.sources.directory import DirectorySource
from authz.sources.follower import Follower
from authz.sources.watch import DirectoryWatch
from authz.telemetry.http import HttpEndpoint
from authz.telemetry.metrics import CallCount, Reading, registry_of

_CANCEL_SECONDS = 5.0  # for tasks to end that were told to: nothing may hold up a stop for longer

log = structlog.get_logger("authz")
Progress = Callable[[int, int], None]


class Sidecar:
    """All parts of one sidecar, wired."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = Engine()
        self._cache = DecisionCache(settings.cache_size)
        self._tally = Tally()
        feed = RevisionFeed(self._engine)
        methods = GrpcioMethods(feed, self._tally, settings.revision_wait)
        checker = Checker(self._engine, self._cache)
        self._server = Server(
            checker, BatchChecker(checker, settings.max_batch), Explainer(self._engine), feed, methods
        )
        self._follower = Follower(DirectorySource(settings.source), self._engine)
        self._is_stopping = False

    async def run(self, progress: Progress) -> None:
        """Serve until SIGTERM or SIGINT, then drain.

        Raises:
            ListenError: if an address cannot be had.
            SourceError: if the source cannot be read.
            InvalidAccountError: if accounts are broken and may not be.
        """
        stop = _stop_signal()
        http = self._open_http()
        try:
            bound = await self._server.startup(self._settings.listen)
            if await _unless_stopped(self._load(progress), stop):
                settle()
                self._engine.subscribe(lambda _: exempt_new())
                await self._server.ready()
                address = http.address if http else None
                log.info("serving", listen=bound, http=address, source=str(self._settings.source))
                await self._follow_until(stop)
            self._is_stopping = True
            await self._server.drain(self._settings.shutdown_notice, self._settings.drain_timeout)
            log.info("stopped", answered=self._tally.answered())
        finally:
            await self._server.close()
            if http is not None:
                http.close()

    async def _load(self, progress: Progress) -> None:
        allow_broken = self._settings.allow_broken_accounts
        problems = await self._follower.load(progress, allow_broken=allow_broken)
        if problems and not allow_broken:
            raise InvalidAccountError(problems)

    async def _follow_until(self, stop: asyncio.Event) -> None:
        """Follow the source until `stop`; a follower that dies is a bug, and takes the server down with it."""
        watch = DirectoryWatch(self._settings.source)
        tasks = [asyncio.create_task(self._follower.follow(watch.wait)), asyncio.create_task(stop.wait())]
        if self._settings.watch:
            tasks.append(asyncio.create_task(watch.run()))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        if not stop.is_set():
            raise AuthzError(f"following the source ended: {done}")

    def _open_http(self) -> HttpEndpoint | None:
        if self._settings.http is None:
            return None
        return HttpEndpoint(self._settings.http, registry_of(self._reading), self._is_ready)

    def _is_ready(self) -> bool:
        return self._engine.is_ready and not self._is_stopping

    def _reading(self) -> Reading:
        live = self._engine.live if self._engine.is_ready else None
        status = self._follower.status
        return Reading(
            cache_hits=self._cache.hits,
            cache_misses=self._cache.misses,
            cache_dropped=self._cache.dropped,
            cache_entries=len(self._cache),
            revision=live.revision if live else 0,
            revision_at=status.published_at,
            accounts=len(live.states) if live else 0,
            reloads=status.reloads,
            refusals=status.refusals,
            faults=tuple((key or ".", len(fault.problems)) for key, fault in status.reported_faults.items()),
            calls=self._calls(),
        )

    def _calls(self) -> tuple[CallCount, ...]:
        counts = []
        for method, tally in list(self._tally.methods.items()):
            counts.append(CallCount(method, "OK", tally.answered))
            counts += [CallCount(method, code, calls) for code, calls in tally.failed.items()]
        return tuple(counts)


async def _unless_stopped(work: Coroutine[None, None, None], stop: asyncio.Event) -> bool:
    """Do the work, or give it up when `stop` comes first; whether it was done."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    if not tasks[0].done():
        tasks[0].cancel()
        return False
    tasks[1].cancel()
    await tasks[0]
    return True


def _stop_signal() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; the second one has its usual effect."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hear(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)
    return stop


def serve(settings: Settings, progress: Progress) -> None:
    """Run a sidecar to its end; see Sidecar.run for what it raises."""
    run(_run(settings, progress))


async def _run(settings: Settings, progress: Progress) -> None:
    await Sidecar(settings).run(progress)
