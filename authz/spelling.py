"""Did you mean: the one place that looks for the known name which a misspelt one most resembles."""

import difflib
import string
from collections.abc import Collection, Iterator

LIKENESS = 0.75
"""How much of two names must agree, unless the caller knows better: 1 is all of them, case apart."""
_MOST = 300  # names that are compared one by one; among more, only those at one slip of the finger are looked up
_LONGEST = 64  # characters of a name that may be a misspelling; callers write it, and the work grows with it
_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "-_"


def nearest(word: str, known: Collection[str], likeness: float = LIKENESS) -> str | None:
    """The name in `known` that is most like `word`, without regard to case; None where none is like enough.

    The work is bounded however many names there are. `known` should find a name fast (a set, a mapping).
    """
    if not word or len(word) > _LONGEST:
        return None
    candidates = known if len(known) <= _MOST else [each for each in _slips(word) if each in known]
    folded: dict[str, str] = {}
    for each in sorted(candidates):
        folded.setdefault(each.casefold(), each)
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Collection[str], likeness: float = LIKENESS) -> str:
    """`; did you mean …?` for the end of a message; empty where no name is like enough."""
    near = nearest(word, known, likeness)
    return f"; did you mean `{near}`?" if near else ""


def _slips(word: str) -> Iterator[str]:
    """The texts at one slip of the finger: a character left out, put in, changed, or swapped with the next."""
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
