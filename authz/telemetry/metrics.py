"""Prometheus metrics, read from plain counters when somebody scrapes."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from authz.version import __version__


@dataclass(frozen=True, slots=True)
class CallCount:
    """The calls of one method that ended with one gRPC code."""

    method: str
    code: str
    calls: int


@dataclass(frozen=True, slots=True)
class ServiceReading:
    """What one process counted since its start."""

    cache_hits: int = 0
    cache_misses: int = 0
    cache_dropped: int = 0
    cache_entries: int = 0
    collector_seconds: float = 0.0
    calls: tuple[CallCount, ...] = field(default=())

    def __add__(self, other: "ServiceReading") -> "ServiceReading":
        calls = Counter[tuple[str, str]]()
        for count in (*self.calls, *other.calls):
            calls[count.method, count.code] += count.calls
        return ServiceReading(
            self.cache_hits + other.cache_hits,
            self.cache_misses + other.cache_misses,
            self.cache_dropped + other.cache_dropped,
            self.cache_entries + other.cache_entries,
            self.collector_seconds + other.collector_seconds,
            tuple(CallCount(method, code, number) for (method, code), number in sorted(calls.items())),
        )

    def ended(self) -> "ServiceReading":
        """What is left of it when its process is gone: all that it counted, but nothing that it held."""
        return replace(self, cache_entries=0)


@dataclass(frozen=True, slots=True)
class Reading:
    """All figures of a sidecar at one moment, `service` being the sum over its processes.

    Times are seconds since the epoch, 0 where nothing happened yet.
    """

    service: ServiceReading = ServiceReading()
    workers: int = 1
    restarts: int = 0
    revision: int = 0
    revision_at: float = 0.0
    accounts: int = 0
    reloads: int = 0
    refusals: int = 0
    faults: tuple[tuple[str, int], ...] = ()


class SidecarCollector(Collector):
    """Turns a reading into metric families."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Read once, and tell everything."""
        now = self._read()
        yield _counter("authz_cache_hits", "Checks answered from the decision cache.", now.service.cache_hits)
        yield _counter("authz_cache_misses", "Checks that had to be decided.", now.service.cache_misses)
        yield _counter("authz_cache_dropped", "Cached answers found dead after a change.", now.service.cache_dropped)
        yield _gauge("authz_cache_entries", "Answers in the decision cache.", now.service.cache_entries)
        pauses = now.service.collector_seconds
        yield _counter("authz_collector_seconds", "Seconds that collecting garbage has stopped everything.", pauses)
        yield _gauge("authz_workers", "Processes that serve.", now.workers)
        yield _counter("authz_worker_restarts", "Workers that died and were started anew.", now.restarts)
        yield _gauge("authz_revision", "The revision in force.", now.revision)
        yield _gauge("authz_revision_timestamp_seconds", "When it came into force.", now.revision_at)
        yield _gauge("authz_accounts", "Root accounts in force.", now.accounts)
        yield _counter("authz_source_reloads", "Revisions put into force.", now.reloads)
        yield _counter("authz_source_refusals", "Versions refused since the start.", now.refusals)
        yield _faults(now)
        yield _calls(now)
        build = GaugeMetricFamily("authz_build_info", "The version that runs.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build


def registry_of(read: Callable[[], Reading]) -> CollectorRegistry:
    """A registry of the sidecar's metrics alone."""
    registry = CollectorRegistry()
    registry.register(SidecarCollector(read))
    return registry


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _faults(now: Reading) -> Metric:
    text = "Problems of a version that is refused while an older one stays in force."
    family = GaugeMetricFamily("authz_source_fault_problems", text, labels=["account"])
    for account, problems in now.faults:
        family.add_metric([account], problems)
    return family


def _calls(now: Reading) -> Metric:
    family = CounterMetricFamily("authz_calls", "Calls and stream messages by outcome.", labels=["method", "code"])
    for count in now.service.calls:
        family.add_metric([count.method, count.code], count.calls)
    return family
