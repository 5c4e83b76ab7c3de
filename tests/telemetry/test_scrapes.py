"""Metrics are collected anew for who asks, but not without end."""

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import CollectorRegistry

from authz.telemetry.exchange import Request
from authz.telemetry.scrapes import Scrapes


class Counting:
    def __init__(self):
        self.collected = 0

    def collect(self):
        self.collected += 1
        yield GaugeMetricFamily("n", "text", value=self.collected)


def asked(query=""):
    return Request("GET", "/metrics", query, {})


def test_beyond_some_the_last_answer_is_given_again_until_time_has_passed():
    now, collector, registry = [100.0], Counting(), CollectorRegistry()
    registry.register(collector)
    collector.collected = 0
    scrapes = Scrapes(registry, lambda: now[0])
    answers = [scrapes.answer(asked()) for _ in range(100)]
    assert collector.collected == 20
    assert answers[19] == answers[99] != answers[18]
    assert scrapes.answer(asked("name[]=n")).status.startswith("503")
    now[0] += 1.0
    again = [scrapes.answer(asked()) for _ in range(100)]
    assert collector.collected == 25
    assert again[0] != answers[99]
