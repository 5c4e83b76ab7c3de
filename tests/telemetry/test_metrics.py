from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from authz.telemetry.metrics import CallCount, Reading, ServiceReading, registry_of
from authz.version import __version__


def scraped(reading):
    text = generate_latest(registry_of(lambda: reading)).decode()
    families = text_string_to_metric_families(text)
    return {
        (each.name, *(value for _, value in sorted(each.labels.items(), reverse=True))): each.value
        for family in families
        for each in family.samples
    }


def test_every_figure_of_a_reading_is_a_sample():
    reading = Reading(
        ServiceReading(1, 2, 3, 4, 0.5, (CallCount("Check", "OK", 11),)), workers=2, restarts=12, revision=5,
        revision_at=6.5, accounts=7, reloads=8, refusals=9, faults=(("a", 10),),
    )  # fmt: skip
    assert scraped(reading) == {
        ("authz_cache_hits_total",): 1,
        ("authz_cache_misses_total",): 2,
        ("authz_cache_dropped_total",): 3,
        ("authz_cache_entries",): 4,
        ("authz_collector_seconds_total",): 0.5,
        ("authz_workers",): 2,
        ("authz_worker_restarts_total",): 12,
        ("authz_revision",): 5,
        ("authz_revision_timestamp_seconds",): 6.5,
        ("authz_accounts",): 7,
        ("authz_source_reloads_total",): 8,
        ("authz_source_refusals_total",): 9,
        ("authz_source_fault_problems", "a"): 10,
        ("authz_calls_total", "Check", "OK"): 11,
        ("authz_build_info", __version__): 1,
    }


def test_the_readings_of_several_processes_add_up_by_method_and_code():
    one = ServiceReading(1, 2, 3, 4, 0.5, (CallCount("Check", "OK", 5), CallCount("Check", "INTERNAL", 1)))
    other = ServiceReading(10, 20, 30, 40, 0.25, (CallCount("Check", "OK", 50),))
    calls = (CallCount("Check", "INTERNAL", 1), CallCount("Check", "OK", 55))
    assert one + other == ServiceReading(11, 22, 33, 44, 0.75, calls)


def test_a_process_that_ended_holds_nothing_but_is_still_counted():
    assert ServiceReading(1, 2, 3, 4).ended() == ServiceReading(1, 2, 3, 0)
