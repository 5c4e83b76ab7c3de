"""The hot path: the bytes of a question in, the bytes of its answer out."""

import time
from collections.abc import Callable

from authz.cache import DecisionCache
from authz.engine.decision import Decision
from authz.engine.denial import denial_message
from authz.engine.evaluate import evaluate
from authz.engine.live import Engine
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.errors import RevisionNotReachedError
from authz.wire.answers import revision_text, write_answer, write_revision
from authz.wire.questions import read_question


class RevisionAheadError(RevisionNotReachedError):
    """The request insists on a revision that is not in force yet; it may be asked again when it is."""

    def __init__(self, revision: int, current: int) -> None:
        super().__init__(f"revision {revision} is not in force; the current one is {revision_text(current)}")
        self.revision = revision


class Checker:
    """Answers single checks, from the cache where an answer there still holds."""

    def __init__(self, engine: Engine, cache: DecisionCache, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._cache = cache
        self._clock = clock
        self._stamp = (0, b"")  # a revision and its encoded field

    def check(self, data: bytes) -> bytes:
        """Answer a CheckRequest with a CheckResponse.

        Raises:
            InvalidRequestError: for a malformed question.
            NotReadyError: before anything was loaded.
            RevisionAheadError: if the question insists on a later revision.
        """
        # The snapshot is read once, before the cache: should a newer one come meanwhile, the answer names the older
        # revision, for which it is right.
        snapshot = self._engine.live
        return self.answer(data, snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force.

        Raises:
            NotReadyError: before anything was loaded.
        """
        return self._engine.live

    def answer(self, data: bytes, snapshot: Snapshot) -> bytes:
        """The same on a snapshot that was taken before, so that several answers stand on one revision."""
        answer = self._cache.get(data)
        if answer is None:
            answer = self._decide(data, snapshot)
        return answer + self._revision(snapshot.revision)

    def _decide(self, data: bytes, snapshot: Snapshot) -> bytes:
        question = read_question(data, self._clock())
        if question.at_least > snapshot.revision:
            raise RevisionAheadError(question.at_least, snapshot.revision)
        request = question.request
        # The lease is taken before the decision is made: an account that is replaced in between ends it.
        lease = snapshot.lease(request.principal.account)
        decision = evaluate(snapshot, request)
        answer = encode_decision(snapshot, decision, request)
        self._cache.put(data, answer, lease, decision.window)
        return answer

    def _revision(self, revision: int) -> bytes:
        known, field = self._stamp
        if known != revision:
            field = write_revision(revision)
            self._stamp = (revision, field)
        return field


def encode_decision(snapshot: Snapshot, decision: Decision, request: Request) -> bytes:
    """The CheckResponse of a decision, without its revision."""
    return write_answer(decision, "" if decision.allowed else denial_message(snapshot, request, decision))
