"""A question may require that its answer is of a given revision or a later one."""

from authz.engine.snapshot import Snapshot
from authz.errors import RevisionNotReachedError
from authz.wire.answers import revision_text


class RevisionAheadError(RevisionNotReachedError):
    """The request requires a revision that is not in force yet; it can be answered once it is."""

    def __init__(self, revision: int, current: int) -> None:
        super().__init__(f"revision {revision} is not in force yet; the current one is {revision_text(current)}")
        self.revision = revision


def require_revision(at_least: int, snapshot: Snapshot) -> None:
    """Check that `snapshot` has revision `at_least` or a later one; 0 accepts any.

    Raises:
        RevisionAheadError: if its revision is earlier.
    """
    if at_least > snapshot.revision:
        raise RevisionAheadError(at_least, snapshot.revision)
