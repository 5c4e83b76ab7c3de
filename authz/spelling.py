"""Finds the known name that is most similar to a misspelt one, for hints such as `did you mean …?`."""

import difflib
import string
from collections.abc import Collection, Iterator

LIKENESS = 0.75
"""The default similarity of two names that is required; 1 means equal apart from case."""
_MOST = 300  # names that are compared one by one; among more, only those one edit away are found
_LONGEST = 64  # characters of a name that is compared; callers choose it, and the work grows with its length
_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "-_"


def nearest(word: str, known: Collection[str], likeness: float = LIKENESS) -> str | None:
    """The name in `known` most similar to `word`, ignoring case; None if none is similar enough.

    The work is bounded for any number of names. `known` should be a set or a mapping, in which look-ups are fast.
    """
    if not word or len(word) > _LONGEST:
        return None
    candidates = known if len(known) <= _MOST else [each for each in _edits(word) if each in known]
    folded: dict[str, str] = {}
    for each in sorted(candidates):
        folded.setdefault(each.casefold(), each)
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Collection[str], likeness: float = LIKENESS) -> str:
    """The hint `; did you mean …?` for the end of a message; empty if no name is similar enough."""
    near = nearest(word, known, likeness)
    return f"; did you mean `{near}`?" if near else ""


def _edits(word: str) -> Iterator[str]:
    """The strings one edit away: a character removed, inserted, replaced, or swapped with the next."""
    letters = string.digits if word.isdigit() else _LETTERS
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
