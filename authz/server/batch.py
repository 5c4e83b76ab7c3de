"""BatchCheck: many questions, one revision, an answer or an error for each."""

from authz.engine.snapshot import Snapshot
from authz.errors import AuthzError
from authz.server.check import Checker, RevisionAheadError
from authz.wire.answers import revision_text
from authz.wire.batches import read_batch, write_batch, write_error
from authz.wire.status import status_of


class BatchChecker:
    """Answers batches of at most `limit` checks, through the same cache as single checks."""

    def __init__(self, checker: Checker, limit: int) -> None:
        self._checker = checker
        self._limit = limit

    def check(self, data: bytes) -> bytes:
        """Answer a BatchCheckRequest with a BatchCheckResponse, in request order.

        Raises:
            InvalidRequestError: for a malformed or too large batch; a malformed item fails alone.
            NotReadyError: before anything was loaded.
            RevisionAheadError: if the batch insists on a later revision.
        """
        batch = read_batch(data, self._limit)
        snapshot = self._checker.snapshot
        if batch.at_least > snapshot.revision:
            raise RevisionAheadError(batch.at_least, snapshot.revision)
        results = [self._result(item, snapshot) for item in batch.items]
        return write_batch(results, revision_text(snapshot.revision))

    def _result(self, item: bytes, snapshot: Snapshot) -> bytes:
        try:
            return self._checker.check_item(item, snapshot)
        except AuthzError as error:
            status = status_of(error)
            return write_error(status.code, status.message)
