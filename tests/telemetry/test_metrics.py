import platform

import grpc
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from authz.telemetry.metrics import registry_of
from authz.telemetry.metrics_snapshot import (
    CacheSnapshot,
    CallCount,
    DecisionCount,
    Latency,
    MetricsSnapshot,
    ServiceSnapshot,
)
from authz.version import __version__

SERVICE = ServiceSnapshot(
    cache=CacheSnapshot(hits=1, misses=2, dropped=3, evicted=4, entries=5, capacity=6, held_bytes=7, most_bytes=8),
    calls=(CallCount("Check", "OK", 11),),
    latencies=(Latency("Check", (0.1, 1.0), (3, 2, 1), 4.5),),
    decisions=(DecisionCount("denied", "EXPLICIT_DENY", 12),),
    in_flight=13,
    in_flight_limit=14,
    rejected=15,
    rejected_waiting=16,
    rejected_streams=17,
    waiting=18,
    peer_faults=(("pings", 17),),
    collector_seconds=0.5,
    certificate_expires_at=16.0,
)


def scraped(reading):
    text = generate_latest(registry_of(lambda: reading)).decode()
    families = text_string_to_metric_families(text)
    return {
        (each.name, *(value for _, value in sorted(each.labels.items(), reverse=True))): each.value
        for family in families
        for each in family.samples
    }


def test_every_figure_of_a_reading_is_a_sample():
    reading = MetricsSnapshot(
        SERVICE, workers=2, restarts=12, revision=5, revision_at=6.5, looked_at=7.5, accounts=7, reloads=8, refusals=9,
        faults=(("a", 10),),
    )  # fmt: skip
    assert scraped(reading) == {
        ("authz_calls_total", "Check", "OK"): 11,
        ("authz_decisions_total", "EXPLICIT_DENY", "denied"): 12,
        ("authz_check_seconds_bucket", "Check", "0.1"): 3,
        ("authz_check_seconds_bucket", "Check", "1.0"): 5,
        ("authz_check_seconds_bucket", "Check", "+Inf"): 6,
        ("authz_check_seconds_count", "Check"): 6,
        ("authz_check_seconds_sum", "Check"): 4.5,
        ("authz_in_flight",): 13,
        ("authz_in_flight_limit",): 14,
        ("authz_rejected_total", "in_flight"): 15,
        ("authz_rejected_total", "waiting"): 16,
        ("authz_rejected_total", "streams"): 17,
        ("authz_waiting",): 18,
        ("authz_peer_faults_total", "pings"): 17,
        ("authz_collector_seconds_total",): 0.5,
        ("authz_tls_certificate_expiry_timestamp_seconds",): 16,
        ("authz_cache_hits_total",): 1,
        ("authz_cache_misses_total",): 2,
        ("authz_cache_dropped_total",): 3,
        ("authz_cache_evicted_total",): 4,
        ("authz_cache_entries",): 5,
        ("authz_cache_capacity",): 6,
        ("authz_cache_bytes",): 7,
        ("authz_cache_capacity_bytes",): 8,
        ("authz_revision",): 5,
        ("authz_revision_timestamp_seconds",): 6.5,
        ("authz_source_last_look_timestamp_seconds",): 7.5,
        ("authz_accounts",): 7,
        ("authz_source_reloads_total",): 8,
        ("authz_source_refusals_total",): 9,
        ("authz_source_fault_problems", "a"): 10,
        ("authz_workers",): 2,
        ("authz_worker_restarts_total",): 12,
        ("authz_build_info", __version__, platform.python_version(), grpc.__version__): 1,
    }


def test_without_a_certificate_there_is_no_end_of_one():
    assert ("authz_tls_certificate_expiry_timestamp_seconds",) not in scraped(MetricsSnapshot())


def test_the_name_of_a_folder_that_is_no_text_hides_no_figure():
    found = scraped(MetricsSnapshot(SERVICE, accounts=7, faults=(("\udcff\x1b\n", 1),)))
    assert found["authz_source_fault_problems", "\\udcff\\u001b\\n"] == 1
    assert found["authz_accounts",] == 7
