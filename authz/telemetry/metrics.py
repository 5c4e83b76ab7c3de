"""The Prometheus metrics of a sidecar, made from a snapshot of its counters at each scrape."""

import itertools
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

from authz.printable import printable
from authz.telemetry.metrics_snapshot import CacheSnapshot, MetricsSnapshot, ServiceSnapshot
from authz.version import __version__

_MOST_STALE = 100  # samples at most, however many accounts are stale


class SidecarCollector(Collector):
    """Makes metric families from a snapshot."""

    def __init__(self, read: Callable[[], MetricsSnapshot]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Take one snapshot and yield every metric."""
        now = self._read()
        yield from _service(now.service)
        yield from _cache(now.service.cache)
        yield from _source(now)
        yield _gauge("authz_workers", "Processes that serve requests.", now.workers)
        yield _counter("authz_worker_restarts", "Workers that died and were restarted.", now.restarts)
        build = GaugeMetricFamily("authz_build_info", "Build information.", labels=["version", "grpcio", "python"])
        build.add_metric([__version__, version("grpcio"), platform.python_version()], 1)
        yield build


def registry_of(read: Callable[[], MetricsSnapshot]) -> CollectorRegistry:
    """A registry that contains only the metrics of the sidecar."""
    registry = CollectorRegistry()
    registry.register(SidecarCollector(read))
    return registry


def _service(service: ServiceSnapshot) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "authz_calls", "Calls and stream messages, by method and status code.", labels=["method", "code"]
    )
    for call in service.calls:
        calls.add_metric([call.method, call.code], call.calls)
    yield calls
    text = "Decisions, cached or not, single or in batches; error counts batch items without a decision."
    decisions = CounterMetricFamily("authz_decisions", text, labels=["outcome", "reason"])
    for decision in service.decisions:
        decisions.add_metric([decision.outcome, decision.reason], decision.decisions)
    yield decisions
    yield _latency(service)
    yield _gauge("authz_in_flight", "Calls in flight, including those that wait for a revision.", service.in_flight)
    text = "Limit on in-flight calls; as many more may wait for a revision."
    yield _gauge("authz_in_flight_limit", text, service.in_flight_limit)
    yield _gauge("authz_waiting", "In-flight calls that wait for a revision.", service.waiting)
    rejected = CounterMetricFamily("authz_rejected", "Calls rejected with RESOURCE_EXHAUSTED.", labels=["reason"])
    rejected.add_metric(["in_flight"], service.rejected)
    rejected.add_metric(["waiting"], service.rejected_waiting)
    rejected.add_metric(["streams"], service.rejected_streams)
    yield rejected
    text = "Connections and streams that broke a protocol rule or a limit; not counted with --transport grpcio."
    faults = CounterMetricFamily("authz_peer_faults", text, labels=["kind"])
    for kind, count in service.peer_faults:
        faults.add_metric([kind], count)
    yield faults
    text = "Seconds paused by garbage collection."
    yield _counter("authz_collector_seconds", text, service.collector_seconds)
    if service.certificate_expires_at:
        text = "Expiry of the server certificate in use, in seconds since the epoch."
        yield _gauge("authz_tls_certificate_expiry_timestamp_seconds", text, service.certificate_expires_at)


def _latency(service: ServiceSnapshot) -> Metric:
    text = "Seconds from the arrival of a request at the service to its answer."
    family = HistogramMetricFamily("authz_check_seconds", text, labels=["method"])
    for latency in service.latencies:
        bounds = [*map(floatToGoString, latency.bounds), "+Inf"]
        counts = itertools.accumulate(latency.buckets)
        family.add_metric([latency.method], list(zip(bounds, counts, strict=True)), latency.seconds)
    return family


def _cache(cache: CacheSnapshot) -> Iterator[Metric]:
    yield _counter("authz_cache_hits", "Checks answered from the decision cache.", cache.hits)
    yield _counter("authz_cache_misses", "Checks that had to be decided.", cache.misses)
    yield _counter(
        "authz_cache_dropped", "Cached decisions dropped because a policy change made them stale.", cache.dropped
    )
    yield _counter("authz_cache_evicted", "Cached decisions evicted to make room for others.", cache.evicted)
    yield _gauge("authz_cache_entries", "Decisions in the cache.", cache.entries)
    yield _gauge("authz_cache_capacity", "Limit on the decisions in the cache.", cache.capacity)
    yield _gauge("authz_cache_bytes", "Memory used by cached decisions, in bytes.", cache.held_bytes)
    yield _gauge(
        "authz_cache_capacity_bytes", "Limit on the memory used by cached decisions, in bytes.", cache.most_bytes
    )


def _source(now: MetricsSnapshot) -> Iterator[Metric]:
    yield _gauge("authz_revision", "The revision in force.", now.revision)
    yield _gauge(
        "authz_revision_timestamp_seconds",
        "When the revision in force was published, in seconds since the epoch.",
        now.revision_at,
    )
    read_at = "When the source was last read successfully, in seconds since the epoch."
    yield _gauge("authz_source_last_look_timestamp_seconds", read_at, now.looked_at)
    yield _gauge("authz_accounts", "Root accounts loaded.", now.accounts)
    yield _counter("authz_source_reloads", "Revisions published since the start.", now.reloads)
    yield _counter("authz_source_refusals", "Versions of accounts rejected since the start.", now.refusals)
    text = "Errors in the rejected newest version of an account; an older version stays in force."
    faults = GaugeMetricFamily("authz_source_fault_problems", text, labels=["account"])
    for account, problems in now.faults:
        faults.add_metric([printable(account)], problems)  # a folder name may not be UTF-8
    yield faults
    text = "Seconds for which the newest version of an account has not been in force, with the reason; the oldest only."
    stale = GaugeMetricFamily("authz_source_stale_seconds", text, labels=["account", "path", "reason"])
    for each in now.stale[:_MOST_STALE]:
        stale.add_metric([printable(each.account), printable(each.path), printable(each.reason)], each.seconds)
    yield stale


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
