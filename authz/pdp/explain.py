"""Explain and AllowedResources, the questions of people and of list APIs, answered without the cache."""

import time
from collections.abc import Callable

from authz.engine.live import Engine
from authz.engine.snapshot import Snapshot
from authz.insight.allowed_resources import allowed_resources
from authz.insight.explain import explain
from authz.pdp.limits import DEFAULT_LIMITS, Limits
from authz.pdp.required_revision import require_revision
from authz.wire.answers import write_decision, write_revision
from authz.wire.explanations import write_explanation, write_listing
from authz.wire.questions import read_explain, read_listing


class Explainer:
    """Explains decisions and lists allowed resources. Both methods raise what Checker.check raises."""

    def __init__(
        self, engine: Engine, clock: Callable[[], float] = time.time, *, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._engine = engine
        self._bounds = limits.bounds
        self._clock = clock

    def explain(self, data: bytes) -> bytes:
        """Answer an ExplainRequest with an ExplainResponse."""
        question = read_explain(data, self._clock(), self._bounds)
        snapshot = self._snapshot(question.at_least)
        explanation = explain(snapshot, question.request)
        plan = snapshot.resolve(question.request.principal, question.request.action)
        answer, hints = write_decision(plan, explanation.decision, question.request)
        return write_explanation(explanation, answer + hints + write_revision(snapshot.revision))

    def allowed_resources(self, data: bytes) -> bytes:
        """Answer an AllowedResourcesRequest with an AllowedResourcesResponse."""
        listing = read_listing(data, self._clock(), self._bounds)
        snapshot = self._snapshot(listing.at_least)
        return write_listing(allowed_resources(snapshot, listing.question), snapshot.revision)

    def _snapshot(self, at_least: int) -> Snapshot:
        snapshot = self._engine.live
        require_revision(at_least, snapshot)
        return snapshot
