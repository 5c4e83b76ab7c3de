"""The metrics of the control plane's API."""

from prometheus_client import generate_latest
from prometheus_client.registry import CollectorRegistry

from authz.telemetry.api_metrics import ApiMetrics


def test_requests_are_counted_by_action_and_code_and_timed():
    registry = CollectorRegistry()
    metrics = ApiMetrics(registry)
    metrics.count("GetPolicy", "Success", 0.002)
    metrics.count("", "AuthFailure.SignatureFailure", 0.02)
    with metrics.in_flight.track_inprogress():
        text = generate_latest(registry).decode()
    assert 'authz_api_requests_total{action="GetPolicy",code="Success"} 1.0' in text
    assert 'authz_api_requests_total{action="",code="AuthFailure.SignatureFailure"} 1.0' in text
    assert 'authz_api_request_seconds_bucket{le="0.0025"} 1.0' in text
    assert "authz_api_request_seconds_count 2.0" in text
    assert "authz_api_in_flight 1.0" in text
