"""Numbers revisions by the clock, always rising, for sources without revision numbers."""

_MILLISECONDS = 1000
_AHEAD_SECONDS = 300  # by which the clock of another sidecar may be ahead


def next_revision(before: int, now: float) -> int:
    """The revision that follows `before`, at a time in seconds since the epoch.

    Revisions also rise across restarts if the clock does.
    """
    return max(int(now * _MILLISECONDS), before + 1)


def can_have_been_given(revision: int, current: int, now: float) -> bool:
    """Whether some sidecar may have published `revision` by now; `current` is the revision in force here."""
    return revision <= max(current, int((now + _AHEAD_SECONDS) * _MILLISECONDS))
