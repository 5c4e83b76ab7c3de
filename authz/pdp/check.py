"""The hot path: from the bytes of a question to the bytes of its answer."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from authz.engine.live import Engine
from authz.engine.snapshot import Snapshot
from authz.pdp.cache import DecisionCache, Entry
from authz.pdp.counters import Counters
from authz.pdp.limits import DEFAULT_LIMITS, Limits
from authz.pdp.memos import MEMO_BYTES
from authz.pdp.tiers import Tiers
from authz.wire.answers import write_revision
from authz.wire.batches import write_result
from authz.wire.questions import read_item, read_question


@dataclass(frozen=True, slots=True)
class RevisionSuffix:
    """The `encoded` end of all answers on one revision; `result_ids` has a number for each kind of answer."""

    revision: int
    encoded: bytes
    result_ids: tuple[int, ...]


class Checker:
    """Answers single checks and items of batches, from the cache if it has a valid answer; counts every decision."""

    def __init__(
        self,
        engine: Engine,
        cache: DecisionCache,
        clock: Callable[[], float] = time.time,
        *,
        counters: Counters | None = None,
        limits: Limits = DEFAULT_LIMITS,
        memo_bytes: int = MEMO_BYTES,
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._decisions = (counters or Counters()).decisions
        self._bounds = limits.bounds
        self._clock = clock
        self._tiers = Tiers(cache, clock, limits.bounds, memo_bytes)
        self._suffix = RevisionSuffix(-1, b"", ())

    def check(self, data: bytes) -> bytes:
        """Answer a CheckRequest with a CheckResponse.

        Raises:
            InvalidRequestError: for a malformed question.
            NotReadyError: before anything was loaded.
            RevisionAheadError: if the question requires a later revision.
        """
        # The snapshot is read once, before the cache: if a newer one comes meanwhile, the answer names the older
        # revision, for which it is right.
        snapshot = self._engine.live
        entry = self._cache.get(data) or self._tiers.answer(data, snapshot, read_question)
        self._decisions[entry.kind] += 1
        suffix = self._suffix
        if suffix.revision != snapshot.revision:
            suffix = self.suffix(snapshot.revision)
        return entry.answer + entry.hints + suffix.encoded

    def suffix(self, revision: int) -> RevisionSuffix:
        """The end of answers on `revision`; kept until another one is asked for."""
        known = self._suffix
        if known.revision != revision:
            first = revision * len(self._decisions)
            result_ids = tuple(range(first, first + len(self._decisions)))
            known = self._suffix = RevisionSuffix(revision, write_revision(revision), result_ids)
        return known

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force.

        Raises:
            NotReadyError: before anything was loaded.
        """
        return self._engine.live

    def check_item(self, data: bytes, snapshot: Snapshot, suffix: RevisionSuffix) -> bytes:
        """Answer one item of a batch, encoded as its result, on the snapshot of the whole batch.

        Raises:
            InvalidRequestError: for a malformed question.
        """
        entry = self._cache.get(data)
        if entry is not None:
            return self._result(entry, suffix)
        # Its result is not kept: most questions that are not in the cache come once.
        entry = self._tiers.answer(data, snapshot, read_item)
        self._decisions[entry.kind] += 1
        return write_result(entry.answer + entry.hints + suffix.encoded)

    def _result(self, entry: Entry, suffix: RevisionSuffix) -> bytes:
        self._decisions[entry.kind] += 1
        result_id = suffix.result_ids[entry.kind]
        if entry.result_id == result_id:
            return entry.result
        result = write_result(entry.answer + entry.hints + suffix.encoded)
        if entry.window is None and not entry.hints:
            entry.result_id, entry.result = result_id, result
        return result

    def check_items_cached(self, items: Sequence[bytes], suffix: RevisionSuffix) -> bytes | None:
        """The joined results of many items, if each was asked before on this revision; else None."""
        known = self._cache.get_results(items, suffix.result_ids)
        if known is None:
            return None
        found, counts = known
        for result_id, number in counts.items():
            self._decisions[suffix.result_ids.index(result_id)] += number
        return b"".join([entry.result for entry in found])

    def check_item_uncached(self, data: bytes, snapshot: Snapshot, suffix: RevisionSuffix) -> bytes:
        """As check_item, without the cache: for a batch whose snapshot was replaced, while cached answers may be newer.

        Raises:
            InvalidRequestError: for a malformed question.
        """
        entry = self._tiers.decide(read_item(data, self._clock(), self._bounds).request, snapshot)
        self._decisions[entry.kind] += 1
        return write_result(entry.answer + entry.hints + suffix.encoded)
