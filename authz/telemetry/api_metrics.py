"""The Prometheus metrics of the control plane's API."""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class ApiMetrics:
    """Counts requests, and measures how long they take."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "authz_api_requests",
            "Requests of the API, by action and error code; the action is empty if it is not known.",
            ["action", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "authz_api_request_seconds",
            "Seconds from the head of a request to its answer.",
            buckets=_BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge("authz_api_in_flight", "Requests of the API in flight.", registry=registry)

    def count(self, action: str, code: str, seconds: float) -> None:
        """A request was answered. `action` is one that is served, or empty; `code` is `Success` or an error code."""
        self._requests.labels(action, code).inc()
        self._seconds.observe(seconds)
