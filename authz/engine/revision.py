"""How revisions are numbered, where the source has no numbers of its own: by the clock, and always rising."""

_MILLISECONDS = 1000
_AHEAD_SECONDS = 300  # that the clock of another sidecar may be ahead of ours


def next_revision(before: int, now: float) -> int:
    """The revision that follows `before`, at a time in seconds since the epoch.

    It rises across restarts too, as far as the clock does.
    """
    return max(int(now * _MILLISECONDS), before + 1)


def can_have_been_given(revision: int, current: int, now: float) -> bool:
    """Whether some sidecar may have told of `revision` by now, where `current` is the one in force here."""
    return revision <= max(current, int((now + _AHEAD_SECONDS) * _MILLISECONDS))
