"""Answers a question whose bytes are not in the cache, by the first tier that can."""

import time
from collections.abc import Callable, Hashable
from typing import overload

from authz.engine.bounds import DEFAULT_BOUNDS, Bounds
from authz.engine.evaluate import decide
from authz.engine.plan import ActionPlan
from authz.engine.relevant_context import RelevantContext, relevant_context
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.pdp.cache import DecisionCache, Entry, Repeats
from authz.pdp.memos import MEMO_BYTES, PrefixMemos
from authz.pdp.required_revision import require_revision
from authz.wire.answers import write_decision
from authz.wire.contexts import ContextChecker
from authz.wire.plain import find_resource
from authz.wire.questions import Question

Reader = Callable[[bytes, float, Bounds], Question]
"""Reads a question in full: see read_question."""


class Tiers:
    """The tiers, the cheapest first.

    ========  ===========================================  =======================================
    tier      what the question shares with earlier ones   what decides
    ========  ===========================================  =======================================
    prefix    all but the tail of its resource             the memo of that prefix
    plain     all but a context that no statement reads    as above, once for all such contexts
    meaning   all but the part of its context that is not  the engine, once for all such contexts
              read
    ========  ===========================================  =======================================

    Answers are kept in `cache` under what they share. A question whose answer is shared gets a place of its own when it
    is asked again to the byte.
    """

    def __init__(
        self,
        cache: DecisionCache,
        clock: Callable[[], float] = time.time,
        bounds: Bounds = DEFAULT_BOUNDS,
        memo_bytes: int = MEMO_BYTES,
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._bounds = bounds
        self._memos = PrefixMemos(memo_bytes)
        self._contexts = ContextChecker(bounds)
        self._repeats = Repeats()

    def answer(self, data: bytes, snapshot: Snapshot, read: Reader) -> Entry:
        """Answer the question `data`; `read` parses it if its bytes alone are not enough.

        Raises:
            InvalidRequestError: for a malformed question.
            RevisionAheadError: if the question requires a later revision.
        """
        entry = self._memos.answer(data)
        if entry is not None:
            return self._keep(data, entry)
        entry = self._by_plain_question(data, snapshot)
        if entry is not None:
            return entry
        return self._by_meaning(read(data, self._clock(), self._bounds), snapshot)

    def decide(self, request: Request, snapshot: Snapshot) -> Entry:
        """Decide without keeping the answer."""
        self._cache.miss()
        return _entry(request, snapshot.resolve(request.principal, request.action), snapshot)

    def _by_plain_question(self, data: bytes, snapshot: Snapshot) -> Entry | None:
        """Answer by the memo, made if there is none yet, a question whose context is empty or not read."""
        place = find_resource(data)
        if place is None:
            return None
        _, _, end = place
        if end == len(data):
            return self._keep(data, self._memos.decide(data, place, snapshot))
        plain = data[:end]
        is_unread = self._cache.is_context_free(plain) or self._memos.is_context_free(data, place, snapshot)
        if not is_unread or not self._contexts.is_valid(data, end):
            return None
        entry = self._cache.get(plain) or self._keep(plain, self._memos.decide(plain, place, snapshot))
        return None if entry is None else self._keep_repeated(data, entry)

    def _by_meaning(self, question: Question, snapshot: Snapshot) -> Entry:
        require_revision(question.at_least, snapshot)
        request = question.request
        plan = snapshot.resolve(request.principal, request.action)
        relevant = relevant_context(plan, request.context) if request.context else ()
        if len(relevant) == len(request.context):
            return self._keep(question.key, _entry(request, plan, snapshot))
        meaning = _meaning(request, relevant)
        entry = self._cache.get(meaning)
        if entry is None:
            # Decided only by what is in the key, so that the answer is right for every question with this key.
            kept = Request(request.principal, request.action, request.resource, dict(relevant), request.time)
            entry = self._keep(meaning, _entry(kept, plan, snapshot))
        return self._keep_repeated(question.key, entry)

    @overload
    def _keep(self, key: Hashable, entry: Entry) -> Entry: ...
    @overload
    def _keep(self, key: Hashable, entry: Entry | None) -> Entry | None: ...
    def _keep(self, key: Hashable, entry: Entry | None) -> Entry | None:
        """Keep a new answer, if there is one: the only place where decisions enter the cache."""
        if entry is not None:
            self._cache.miss()
            self._cache.put(key, entry)
        return entry

    def _keep_repeated(self, data: bytes, entry: Entry) -> Entry:
        """Keep a shared answer under the bytes of its question too, if the question is repeated."""
        if self._repeats.has(data):
            self._cache.put(data, entry)
        return entry


def _entry(request: Request, plan: ActionPlan | None, snapshot: Snapshot) -> Entry:
    # The lease is taken before the decision is made: an account that is replaced in between ends it.
    lease = snapshot.lease(request.principal.account)
    decision = decide(snapshot, plan, request)
    answer, hints = write_decision(plan, decision, request)
    return Entry(answer, lease, decision.window, decision.reason, False, hints)


def _meaning(request: Request, relevant: RelevantContext) -> Hashable:
    """The key of all questions that differ only in context that is not read."""
    principal, action = request.principal, request.action
    return principal.account, principal.key, action.service, action.name, request.resource.text, relevant
