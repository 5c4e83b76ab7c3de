"""All that answers in one process: engine, cache and server, wired."""

from authz.cache import DecisionCache
from authz.collector import PAUSES, settle
from authz.config import Settings
from authz.engine.live import Engine
from authz.server.batch import BatchChecker
from authz.server.check import Checker
from authz.server.explain import Explainer
from authz.server.grpcio import GrpcioMethods
from authz.server.lifecycle import Server
from authz.server.revisions import RevisionFeed
from authz.server.tally import Tally
from authz.telemetry.metrics import CallCount, ServiceReading


class Service:
    """Answers from `engine`, whoever fills it. `is_port_shared` as in Server."""

    def __init__(self, settings: Settings, *, is_port_shared: bool = False) -> None:
        self._settings = settings
        self.engine = Engine()
        self._cache = DecisionCache(settings.cache_size)
        self._tally = Tally()
        feed = RevisionFeed(self.engine)
        methods = GrpcioMethods(feed, self._tally, settings.revision_wait)
        checker = Checker(self.engine, self._cache)
        batches = BatchChecker(checker, settings.max_batch)
        explainer = Explainer(self.engine)
        self._server = Server(checker, batches, explainer, feed, methods, is_port_shared=is_port_shared)

    async def startup(self) -> list[str]:
        """Listen, not serving yet; returns the addresses with their ports.

        Raises:
            ListenError: naming the address that cannot be had.
        """
        return await self._server.startup(self._settings.listen)

    async def ready(self) -> None:
        """Something was loaded: serve."""
        settle()
        await self._server.ready()

    async def drain(self) -> None:
        """Stop without losing a call."""
        await self._server.drain(self._settings.shutdown_notice, self._settings.drain_timeout)

    async def close(self) -> None:
        """Stop at once, if not stopped yet; to be called however the service ended."""
        await self._server.close()

    def answered(self) -> dict[str, int]:
        """Answers by method, for the last log line."""
        return self._tally.answered()

    def reading(self) -> ServiceReading:
        """What was counted so far."""
        counts = []
        for method, tally in list(self._tally.methods.items()):
            counts.append(CallCount(method, "OK", tally.answered))
            counts += [CallCount(method, code, calls) for code, calls in list(tally.failed.items())]
        cache = self._cache
        return ServiceReading(cache.hits, cache.misses, cache.dropped, len(cache), PAUSES.seconds, tuple(counts))
