"""Assembles what answers requests in one process: engine, cache and server."""

from collections.abc import Iterator

from authz.app.settings import Settings
from authz.engine.decision import ALLOWING, Reason
from authz.engine.live import Engine
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import BOUNDS, Counters
from authz.pdp.explain import Explainer
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.runtime.gc_tuning import GC_PAUSES, tune_after_load
from authz.server.call_policy import CallPolicy
from authz.server.client_allowlist import ClientAllowlist
from authz.server.lifecycle import Bound, Listening, Server
from authz.server.methods import authorization
from authz.server.revisions import RevisionFeed
from authz.server.tls import Certificates
from authz.telemetry.metrics_snapshot import CacheSnapshot, CallCount, DecisionCount, Latency, ServiceSnapshot


class Service:
    """Answers requests from `engine`, which the caller fills. `is_port_shared` is as in Listening.

    Raises:
        CertificateError: if the certificates of the settings cannot be used.
    """

    def __init__(self, settings: Settings, *, is_port_shared: bool = False) -> None:
        self._settings = settings
        share = settings.cache_bytes // settings.workers
        plans, memos = share * 3 // 8, share // 8  # a missing plan costs more than a missing answer
        self.engine = Engine(plans)
        self._cache = DecisionCache(settings.cache_size, most=share - plans - memos)
        self._counters = Counters()
        limits = settings.limits
        self._limiter = ConcurrencyLimiter(limits.in_flight)
        self._certificates = None if settings.tls is None else Certificates(settings.tls)
        feed = RevisionFeed(self.engine)
        allowlist = ClientAllowlist(settings.allow_clients) if settings.allow_clients else None
        call_policy = CallPolicy(feed, self._counters, settings.revision_wait, self._limiter, allowlist)
        checker = Checker(self.engine, self._cache, counters=self._counters, limits=limits, memo_bytes=memos)
        batches = BatchChecker(checker, limits.batch, self._counters)
        explainer = Explainer(self.engine, limits=limits)
        listening = Listening(
            settings.listen,
            settings.health_listen,
            self._certificates,
            settings.socket_mode,
            is_port_shared,
            settings.transport,
        )
        self._server = Server(authorization(checker, batches, explainer, feed, call_policy), feed, listening, limits)

    async def startup(self) -> Bound:
        """Bind the addresses without serving yet; returns them with their ports.

        Raises:
            ListenError: naming the address that cannot be bound.
        """
        return await self._server.startup()

    async def ready(self) -> None:
        """Start to serve; the engine must have accounts."""
        tune_after_load()
        await self._server.ready()

    async def keep_sockets(self) -> None:
        """Restore Unix sockets whose files were removed, until cancelled.

        Raises:
            ListenError: if a socket cannot be restored.
        """
        await self._server.keep_sockets()

    async def drain(self) -> None:
        """Stop after the accepted calls are answered."""
        await self._server.drain(self._settings.shutdown_notice, self._settings.drain_timeout)

    async def close(self) -> None:
        """Stop at once unless already stopped; must be called however the service ended."""
        await self._server.close()

    def answered(self) -> dict[str, int]:
        """The number of answers by method, for the last log line."""
        return self._counters.answered()

    def metrics(self) -> ServiceSnapshot:
        """The figures so far."""
        cache, limiter, methods = self._cache, self._limiter, list(self._counters.methods.items())
        calls = [CallCount(method, "OK", each.answered) for method, each in methods]
        calls += [CallCount(method, code, n) for method, each in methods for code, n in list(each.failed.items())]
        return ServiceSnapshot(
            cache=CacheSnapshot(
                cache.hits, cache.misses, cache.dropped, cache.evicted, len(cache), cache.size, cache.held, cache.most
            ),
            calls=tuple(calls),
            latencies=tuple(Latency(method, BOUNDS, tuple(each.buckets), each.seconds) for method, each in methods),
            decisions=tuple(self._decisions()),
            in_flight=limiter.in_flight + limiter.waiting,
            waiting=limiter.waiting,
            in_flight_limit=limiter.limit,
            rejected=limiter.rejected["in_flight"],
            rejected_waiting=limiter.rejected["waiting"],
            rejected_streams=limiter.rejected["streams"],
            peer_faults=tuple(sorted(self._counters.peer_faults.items())),
            collector_seconds=GC_PAUSES.seconds,
            certificate_expires_at=0.0 if self._certificates is None else self._certificates.expires_at,
        )

    def _decisions(self) -> Iterator[DecisionCount]:
        for reason in Reason:
            outcome = "allowed" if reason in ALLOWING else "denied"
            yield DecisionCount(outcome, reason.name, self._counters.decisions[reason])
        for code, items in list(self._counters.item_errors.items()):
            yield DecisionCount("error", code, items)
