"""The hot path: the bytes of a question in, the bytes of its answer out."""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from authz.engine.decision import Decision
from authz.engine.denial import denial_parts
from authz.engine.evaluate import decide
from authz.engine.live import Engine
from authz.engine.plan import ActionPlan
from authz.engine.relevant_context import RelevantContext, relevant_context
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.errors import RevisionNotReachedError
from authz.pdp.cache import DecisionCache, Entry, Repeats
from authz.pdp.counters import Tally
from authz.pdp.limits import DEFAULT_LIMITS, Limits
from authz.pdp.memos import LANE_BYTES, Lanes
from authz.wire.answers import revision_text, write_answer, write_revision
from authz.wire.batches import write_result
from authz.wire.contexts import Contexts
from authz.wire.plain import Place, find_resource
from authz.wire.questions import Question, read_item, read_question


class RevisionAheadError(RevisionNotReachedError):
    """The request insists on a revision that is not in force yet; it may be asked again when it is."""

    def __init__(self, revision: int, current: int) -> None:
        super().__init__(f"revision {revision} is not in force; the current one is {revision_text(current)}")
        self.revision = revision


@dataclass(frozen=True, slots=True)
class Form:
    """What answers on one revision have in common.

    `field` is the revision encoded, `stamps` are those of the answers, by kind.
    """

    revision: int
    field: bytes
    stamps: tuple[int, ...]


class Checker:
    """Answers single checks and items of batches, from the cache where an answer there still holds.

    Every decision given is counted in `tally`.
    """

    def __init__(
        self,
        engine: Engine,
        cache: DecisionCache,
        clock: Callable[[], float] = time.time,
        *,
        tally: Tally | None = None,
        limits: Limits = DEFAULT_LIMITS,
        lane_bytes: int = LANE_BYTES,
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._decisions = (tally or Tally()).decisions
        self._bounds = limits.bounds
        self._clock = clock
        self._lanes = Lanes(lane_bytes)
        self._contexts = Contexts(limits.bounds)
        self._repeats = Repeats()
        self._form = Form(-1, b"", ())

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
        entry = self._cache.get(data) or self._settled(data, snapshot)
        if entry is None:
            question = read_question(data, self._clock(), self._bounds)
            if question.at_least > snapshot.revision:
                raise RevisionAheadError(question.at_least, snapshot.revision)
            entry = self._answer(question, snapshot)
        self._decisions[entry.kind] += 1
        form = self._form
        if form.revision != snapshot.revision:
            form = self.form(snapshot.revision)
        return entry.answer + entry.hints + form.field

    def form(self, revision: int) -> Form:
        """What answers on `revision` have in common; made once while none on another are asked for."""
        known = self._form
        if known.revision != revision:
            first = revision * len(self._decisions)
            stamps = tuple(range(first, first + len(self._decisions)))
            known = self._form = Form(revision, write_revision(revision), stamps)
        return known

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force.

        Raises:
            NotReadyError: before anything was loaded.
        """
        return self._engine.live

    def check_item(self, data: bytes, snapshot: Snapshot, form: Form) -> bytes:
        """Answer one item of a batch, framed as a result, on a snapshot that all items share.

        Raises:
            InvalidRequestError: for a malformed question.
        """
        entry = self._cache.get(data)
        if entry is not None:
            return self._stamped(entry, form)
        # Not stamped, since most of what was not asked lately is asked once.
        entry = self._settled(data, snapshot)
        if entry is None:
            entry = self._answer(read_item(data, self._clock(), self._bounds), snapshot)
        self._decisions[entry.kind] += 1
        return write_result(entry.answer + entry.hints + form.field)

    def _stamped(self, entry: Entry, form: Form) -> bytes:
        self._decisions[entry.kind] += 1
        stamp = form.stamps[entry.kind]
        if entry.stamp == stamp:
            return entry.stamped
        stamped = write_result(entry.answer + entry.hints + form.field)
        if entry.window is None and not entry.hints:
            entry.stamp, entry.stamped = stamp, stamped
        return stamped

    def known_items(self, items: Sequence[bytes], form: Form) -> bytes | None:
        """What check_item answers to many items, joined, if all were asked before on this snapshot; None if not."""
        known = self._cache.get_stamped(items, form.stamps)
        if known is None:
            return None
        found, counts = known
        for stamp, number in counts.items():
            self._decisions[form.stamps.index(stamp)] += number
        return b"".join([entry.stamped for entry in found])

    def check_item_afresh(self, data: bytes, snapshot: Snapshot, form: Form) -> bytes:
        """The same without the cache, for a batch whose snapshot was replaced meanwhile: what is kept is newer.

        Raises:
            InvalidRequestError: for a malformed question.
        """
        request = read_item(data, self._clock(), self._bounds).request
        entry = self._decide(request, snapshot.resolve(request.principal, request.action), snapshot)
        self._decisions[entry.kind] += 1
        return write_result(entry.answer + entry.hints + form.field)

    def _settled(self, data: bytes, snapshot: Snapshot) -> Entry | None:
        """Answer by what was settled before; None where the question must be read in full."""
        entry = self._lanes.answer(data)
        if entry is not None:
            return self._decided(data, entry)
        place = find_resource(data)
        if place is None:
            return None
        _, _, end = place
        if end == len(data):
            return self._decided_in_lane(data, place, snapshot)
        plain = data[:end]
        is_unread = self._cache.is_context_free(plain) or self._lanes.is_open(data, place, snapshot)
        if not is_unread or not self._contexts.are_sound(data, end):
            return None
        # Nobody reads the context, so the question means what it would without.
        entry = self._cache.get(plain) or self._decided_in_lane(plain, place, snapshot)
        if entry is not None and self._repeats.has(data):
            self._cache.put(data, entry)
        return entry

    def _decided_in_lane(self, question: bytes, place: Place, snapshot: Snapshot) -> Entry | None:
        lane = self._lanes.find(question, place, snapshot)
        _, tail, _ = place
        entry = None if lane is None else lane.answer(question[tail:])
        return None if entry is None else self._decided(question, entry)

    def _decided(self, question: bytes, entry: Entry) -> Entry:
        self._cache.miss()
        self._cache.put(question, entry)
        return entry

    def _answer(self, question: Question, snapshot: Snapshot) -> Entry:
        """Decide, unless the same was decided for another context that differs only in what is not read."""
        request = question.request
        plan = snapshot.resolve(request.principal, request.action)
        read = relevant_context(plan, request.context) if request.context else ()
        if len(read) == len(request.context):
            entry = self._decide(request, plan, snapshot)
            self._cache.put(question.key, entry)
            return entry
        meaning = _meaning(request, read)
        shared = self._cache.get(meaning)
        if shared is None:
            # Decided by what is in the key and nothing else, so that whoever finds the answer there had got the same.
            kept = Request(request.principal, request.action, request.resource, dict(read), request.time)
            shared = self._decide(kept, plan, snapshot)
            self._cache.put(meaning, shared)
        if self._repeats.has(question.key):
            self._cache.put(question.key, shared)
        return shared

    def _decide(self, request: Request, plan: ActionPlan | None, snapshot: Snapshot) -> Entry:
        self._cache.miss()
        # The lease is taken before the decision is made: an account that is replaced in between ends it.
        lease = snapshot.lease(request.principal.account)
        decision = decide(snapshot, plan, request)
        answer, hints = encode_decision(plan, decision, request)
        return Entry(answer, lease, decision.window, decision.reason, False, hints)


def _meaning(request: Request, read: RelevantContext) -> Hashable:
    """What all questions share that differ only in context that is not read, as texts."""
    principal, action = request.principal, request.action
    return principal.account, principal.key, action.service, action.name, request.resource.text, read


def encode_decision(plan: ActionPlan | None, decision: Decision, request: Request) -> tuple[bytes, bytes]:
    """The CheckResponse of a decision, without its revision, in two parts: the second one is what others share."""
    if decision.allowed:
        return write_answer(decision, b""), b""
    text, hints = denial_parts(plan, request, decision)
    return write_answer(decision, text.encode() + hints).removesuffix(hints), hints
