"""BatchCheck: many checks on one revision, each with an answer or an error of its own."""

from collections.abc import Callable, Generator, Sequence
from time import perf_counter

from google.rpc.code_pb2 import Code

from authz.engine.snapshot import Snapshot
from authz.errors import AuthzError
from authz.pdp.check import Checker, RevisionSuffix
from authz.pdp.counters import Counters
from authz.pdp.required_revision import require_revision
from authz.pdp.scheduling import Clock, Slices
from authz.wire.answers import revision_text
from authz.wire.batches import read_batch, write_batch, write_error
from authz.wire.status import status_of

_STRIDE = 250  # items of one cache look-up


class BatchChecker:
    """Answers batches of at most `limit` checks, through the cache of single checks; `clock` decides when it pauses."""

    def __init__(
        self, checker: Checker, limit: int, counters: Counters | None = None, clock: Clock = perf_counter
    ) -> None:
        self._clock = clock
        self._checker = checker
        self._limit = limit
        self._errors = (counters or Counters()).item_errors

    def check(self, data: bytes) -> Generator[None, None, bytes]:
        """Answer a BatchCheckRequest with a BatchCheckResponse, in request order, on one snapshot.

        Raises:
            InvalidRequestError: if the batch is malformed or too large; a malformed item fails alone.
            NotReadyError: before anything was loaded.
            RevisionAheadError: if the batch requires a later revision.
        """
        batch = read_batch(data, self._limit)
        snapshot = self._checker.snapshot
        require_revision(batch.at_least, snapshot)
        suffix = self._checker.suffix(snapshot.revision)
        results: list[bytes] = []
        slices = Slices(self._clock)
        for start in range(0, len(batch.items), _STRIDE):
            items = batch.items[start : start + _STRIDE]
            known = self._checker.check_items_cached(items, suffix)
            if known is None:
                yield from self._one_by_one(results, items, snapshot, suffix, slices)
            else:
                results.append(known)
                if slices.is_over():
                    yield
        return write_batch(results, revision_text(snapshot.revision))

    def _one_by_one(
        self, results: list[bytes], items: Sequence[bytes], snapshot: Snapshot, suffix: RevisionSuffix, slices: Slices
    ) -> Generator[None, None, None]:
        answer = self._check_item(snapshot)
        for item in items:
            try:
                results.append(answer(item, snapshot, suffix))
            except AuthzError as error:
                results.append(self._error(error))
            if slices.is_over():
                yield
                answer = self._check_item(snapshot)

    def _check_item(self, snapshot: Snapshot) -> Callable[[bytes, Snapshot, RevisionSuffix], bytes]:
        is_in_force = self._checker.snapshot is snapshot
        return self._checker.check_item if is_in_force else self._checker.check_item_uncached

    def _error(self, error: AuthzError) -> bytes:
        status = status_of(error)
        self._errors[Code.Name(status.code)] += 1
        return write_error(status.code, status.message)
