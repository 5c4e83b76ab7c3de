"""A wildcard pattern as a type, and its algebra: `*` stands for any run of characters, everything else for itself."""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

_FILLINGS = "x" + string.ascii_lowercase + string.digits + "-_"  # every part of a CAM name may hold them
_OTHER_FILLINGS = (range(0x21, ord("*")), range(ord("*") + 1, 0xD800), range(0xE000, 0x110000))  # no surrogates
_MOST = 4  # patterns that an intersection is told in


@dataclass(frozen=True, slots=True)
class Pattern:
    """The literal pieces between the stars: `a*b` is `("a", "b")`, a pattern without a star is one piece.

    A star is not a character of a piece, so text that was put in for a variable can never become a wildcard.
    """

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """Read `*` as wildcard; `?` and all else are literal (cam-language 1.2, 1.3)."""
        return cls(tuple(text.split("*")))

    @property
    def is_literal(self) -> bool:
        """Whether it can match one text only."""
        return len(self.pieces) == 1

    @property
    def is_any(self) -> bool:
        """Whether it matches every text."""
        return len(self.pieces) > 1 and not any(self.pieces)

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` fits; linear in its length, since each piece is looked for once, leftmost."""
        pieces = self.pieces
        first = pieces[0]
        if len(pieces) == 1:
            return text == first
        last = pieces[-1]
        start, end = len(first), len(text) - len(last)
        if end < start or not text.startswith(first) or not text.endswith(last):
            return False
        for piece in pieces[1:-1]:
            at = text.find(piece, start, end)
            if at < 0:
                return False
            start = at + len(piece)
        return True

    def covers(self, other: "Pattern") -> bool:
        """Whether it matches every text that `other` matches."""
        return other.witness(self) is None

    def overlaps(self, other: "Pattern") -> bool:
        """Whether some text matches both.

        Two patterns with stars can be apart at their ends only. Otherwise a text matches both that has the longer of
        the beginnings, then what stands between the stars of the one, then the same of the other, then the longer end.
        """
        if self.is_literal:
            return other.matches(self.pieces[0])
        if other.is_literal:
            return self.matches(other.pieces[0])
        head, tail = self._longer_ends(other)
        return all(head.startswith(each.pieces[0]) and tail.endswith(each.pieces[-1]) for each in (self, other))

    def witness(self, other: "Pattern") -> str | None:
        """A text that it matches and `other` does not; None where `other` covers it.

        One text tells: each star stands for a character that `other` does not hold. Only a star of `other` can match
        that, and the same star would match any other text in its place.
        """
        text = self.example(_stranger(other.pieces))
        return None if other.matches(text) else text

    def example(self, filling: str = "x") -> str:
        """A text that it matches, with `filling` in the place of each star."""
        return filling.join(self.pieces)

    def intersection(self, other: "Pattern") -> "tuple[Pattern, ...] | None":
        """The patterns that together match what both match, and nothing else; none of them where no text does.

        None where that is not told: texts between two stars can be merged in many ways, each of them a pattern, so it
        is told only where one covers the other or neither holds such texts.
        """
        if other.covers(self):
            return (self,)
        if self.covers(other):
            return (other,)
        if not self.overlaps(other):
            return ()
        if any(self.pieces[1:-1]) or any(other.pieces[1:-1]):
            return None
        head, tail = self._longer_ends(other)
        shortest = max(sum(map(len, each.pieces)) for each in (self, other))
        found = [Pattern((head, tail))]
        for shared in range(1, len(head) + len(tail) - shortest + 1):
            if head.endswith(tail[:shared]):
                if len(found) == _MOST:
                    return None
                found.append(Pattern((head + tail[shared:],)))
        return tuple(found)

    def _longer_ends(self, other: "Pattern") -> tuple[str, str]:
        return max(self.pieces[0], other.pieces[0], key=len), max(self.pieces[-1], other.pieces[-1], key=len)

    def __str__(self) -> str:
        pieces = self.pieces
        return pieces[0] if len(pieces) == 1 else "*".join(pieces)


def _stranger(pieces: Iterable[str]) -> str:
    """A character that no piece holds; one that CAM takes in every name, as long as there is one."""
    held = set("".join(pieces))
    return next(char for char in chain(_FILLINGS, map(chr, chain.from_iterable(_OTHER_FILLINGS))) if char not in held)


ANY = Pattern(("", ""))
