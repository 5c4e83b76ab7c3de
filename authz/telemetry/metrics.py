"""Prometheus metrics, read from plain counters when somebody scrapes."""

import itertools
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

from authz.printable import printable
from authz.telemetry.metrics_snapshot import CacheReading, Reading, ServiceReading
from authz.version import __version__

_MOST_STALE = 100  # samples, whatever a source holds


class SidecarCollector(Collector):
    """Turns a reading into metric families."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Read once, and tell everything."""
        now = self._read()
        yield from _service(now.service)
        yield from _cache(now.service.cache)
        yield from _source(now)
        yield _gauge("authz_workers", "Processes that serve.", now.workers)
        yield _counter("authz_worker_restarts", "Workers that died and were started anew.", now.restarts)
        build = GaugeMetricFamily("authz_build_info", "What runs.", labels=["version", "grpcio", "python"])
        build.add_metric([__version__, version("grpcio"), platform.python_version()], 1)
        yield build


def registry_of(read: Callable[[], Reading]) -> CollectorRegistry:
    """A registry of the sidecar's metrics alone."""
    registry = CollectorRegistry()
    registry.register(SidecarCollector(read))
    return registry


def _service(service: ServiceReading) -> Iterator[Metric]:
    calls = CounterMetricFamily("authz_calls", "Calls and stream messages by outcome.", labels=["method", "code"])
    for call in service.calls:
        calls.add_metric([call.method, call.code], call.calls)
    yield calls
    text = "Decisions given, single or in batches, from the cache or not; error: items of batches without a decision."
    decisions = CounterMetricFamily("authz_decisions", text, labels=["outcome", "reason"])
    for decision in service.decisions:
        decisions.add_metric([decision.outcome, decision.reason], decision.decisions)
    yield decisions
    yield _latency(service)
    yield _gauge(
        "authz_in_flight", "Calls that wait for a revision or their turn, or are worked on.", service.in_flight
    )
    text = "How many may wait for their turn or be worked on; as many more may wait for a revision."
    yield _gauge("authz_in_flight_limit", text, service.in_flight_limit)
    yield _gauge("authz_waiting", "Calls in flight that wait for a revision.", service.waiting)
    rejected = CounterMetricFamily("authz_rejected", "Calls turned away with RESOURCE_EXHAUSTED.", labels=["reason"])
    rejected.add_metric(["in_flight"], service.rejected)
    rejected.add_metric(["waiting"], service.rejected_waiting)
    rejected.add_metric(["streams"], service.rejected_streams)
    yield rejected
    text = "Connections and streams of clients that broke a rule or a limit; not counted with --transport grpcio."
    faults = CounterMetricFamily("authz_peer_faults", text, labels=["kind"])
    for kind, count in service.peer_faults:
        faults.add_metric([kind], count)
    yield faults
    pauses = "Seconds that collecting garbage has stopped everything."
    yield _counter("authz_collector_seconds", pauses, service.collector_seconds)
    if service.certificate_expires_at:
        text = "When the certificate in use ends, in seconds since the epoch."
        yield _gauge("authz_tls_certificate_expiry_timestamp_seconds", text, service.certificate_expires_at)


def _latency(service: ServiceReading) -> Metric:
    text = "From a request's arrival at the service to its answer."
    family = HistogramMetricFamily("authz_check_seconds", text, labels=["method"])
    for latency in service.latencies:
        bounds = [*map(floatToGoString, latency.bounds), "+Inf"]
        counts = itertools.accumulate(latency.buckets)
        family.add_metric([latency.method], list(zip(bounds, counts, strict=True)), latency.seconds)
    return family


def _cache(cache: CacheReading) -> Iterator[Metric]:
    yield _counter("authz_cache_hits", "Checks answered from the decision cache.", cache.hits)
    yield _counter("authz_cache_misses", "Checks that had to be decided.", cache.misses)
    yield _counter("authz_cache_dropped", "Cached answers found dead after a change.", cache.dropped)
    yield _counter("authz_cache_evicted", "Cached answers that made room for others.", cache.evicted)
    yield _gauge("authz_cache_entries", "Answers in the decision cache.", cache.entries)
    yield _gauge("authz_cache_capacity", "Answers that it can hold.", cache.capacity)
    yield _gauge("authz_cache_bytes", "Memory of the answers in the decision cache.", cache.held_bytes)
    yield _gauge("authz_cache_capacity_bytes", "Memory that they can have.", cache.most_bytes)


def _source(now: Reading) -> Iterator[Metric]:
    yield _gauge("authz_revision", "The revision in force.", now.revision)
    yield _gauge("authz_revision_timestamp_seconds", "When it came into force.", now.revision_at)
    looked = "When the source was last looked at with success."
    yield _gauge("authz_source_last_look_timestamp_seconds", looked, now.looked_at)
    yield _gauge("authz_accounts", "Root accounts in force.", now.accounts)
    yield _counter("authz_source_reloads", "Revisions put into force.", now.reloads)
    yield _counter("authz_source_refusals", "Versions refused since the start.", now.refusals)
    text = "Problems of a version that is refused while an older one stays in force."
    faults = GaugeMetricFamily("authz_source_fault_problems", text, labels=["account"])
    for account, problems in now.faults:
        faults.add_metric([printable(account)], problems)  # the name of a folder need not even be UTF-8
    yield faults
    text = "For how long the newest version of an account has not been in force, and why: the longest of them."
    stale = GaugeMetricFamily("authz_source_stale_seconds", text, labels=["account", "path", "reason"])
    for each in now.stale[:_MOST_STALE]:
        stale.add_metric([printable(each.account), printable(each.path), printable(each.reason)], each.seconds)
    yield stale


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
