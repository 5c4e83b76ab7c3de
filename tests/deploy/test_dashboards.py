"""Alert rules and the Grafana dashboard ask only for what the sidecar tells."""

import json
import re

import pytest
import yaml
from prometheus_client.registry import CollectorRegistry

from authz.telemetry.api_metrics import ApiMetrics
from authz.telemetry.metrics import SidecarCollector
from authz.telemetry.metrics_snapshot import (
    CallCount,
    DecisionCount,
    Latency,
    MetricsSnapshot,
    ServiceSnapshot,
    StaleSnapshot,
)
from tests.sidecar import ROOT

RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]
DASHBOARD = json.loads((ROOT / "deploy/grafana/authz-sidecar.json").read_text())
ALERTS = [rule for group in RULES for rule in group["rules"]]
PANELS = DASHBOARD["panels"]
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [each["expr"] for panel in PANELS for each in panel["targets"]]
ADDED = {"namespace", "pod", "le"}  # by Prometheus, and by its histograms
SOMETHING = ServiceSnapshot(
    calls=(CallCount("Check", "OK", 1),),
    latencies=(Latency("Check", (1.0,), (1, 0), 0.5),),
    decisions=(DecisionCount("allowed", "ALLOWED", 1),),
    certificate_expires_at=1.0,
)


def samples():
    """The labels of every sample by its name."""
    stale = StaleSnapshot("a", "a/p.json", "a process has it open for writing", 61.0)
    sidecar = SidecarCollector(lambda: MetricsSnapshot(SOMETHING, faults=(("a", 1),), stale=(stale,))).collect()
    families = [*sidecar, *api_families()]
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def api_families():
    """What the control plane tells after a request."""
    registry = CollectorRegistry()
    ApiMetrics(registry).count("ListUsers", "Success", 0.1)
    return registry.collect()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_that_is_asked_for_is_told(expression):
    told = samples()
    names = set(re.findall(r"\bauthz_[a-z_]+", expression))
    assert names
    assert names <= set(told)
    labels = {each for group in re.findall(r"by \(([^)]*)\)", expression) for each in re.split(r",\s*", group)}
    labels |= set(re.findall(r"[{,]\s*([a-z_]+)\s*[=!]", expression))
    assert labels <= ADDED.union(*(told[name] for name in names))
    assert expression.count("(") == expression.count(")")


def test_every_metric_but_sums_of_buckets_is_on_the_dashboard_or_watched():
    text = " ".join(EXPRESSIONS)
    assert [name for name in samples() if name not in text and not name.endswith(("_sum", "_count", "_created"))] == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_says_how_grave_it_is_and_where_its_cure_stands(rule):
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    troubleshooting = (ROOT / "deploy/README.md").read_text().partition("## Troubleshooting")[2]
    assert f"| {rule['annotations']['runbook']}" in troubleshooting
    assert rule["annotations"]["summary"].endswith(".")


def test_panels_do_not_overlap():
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in PANELS]
    assert len(set(places)) == len(places) == len({each["id"] for each in PANELS})
