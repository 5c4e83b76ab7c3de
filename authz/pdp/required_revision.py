"""A question may require that its answer stands on a revision, or on a later one."""

from authz.engine.snapshot import Snapshot
from authz.errors import RevisionNotReachedError
from authz.wire.answers import revision_text


class RevisionAheadError(RevisionNotReachedError):
    """The request insists on a revision that is not in force yet; it may be asked again when it is."""

    def __init__(self, revision: int, current: int) -> None:
        super().__init__(f"revision {revision} is not in force; the current one is {revision_text(current)}")
        self.revision = revision


def require_revision(at_least: int, snapshot: Snapshot) -> None:
    """Return if `snapshot` is of revision `at_least` or a later one; 0 stands for any.

    Raises:
        RevisionAheadError: if it is of an earlier one.
    """
    if at_least > snapshot.revision:
        raise RevisionAheadError(at_least, snapshot.revision)
