"""Wildcard patterns and their algebra: `*` matches any run of characters, every other character matches itself."""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

_FILLINGS = "x" + string.ascii_lowercase + string.digits + "-_"  # allowed in every part of a CAM name
_OTHER_FILLINGS = (range(0x21, ord("*")), range(ord("*") + 1, 0xD800), range(0xE000, 0x110000))  # excludes surrogates
_MOST = 4  # patterns of one intersection


@dataclass(frozen=True, slots=True)
class Pattern:
    """The literal pieces between the stars: `a*b` is `("a", "b")`, a pattern without a star is one piece.

    A star is not a character of a piece, so the value of a variable never becomes a wildcard.
    """

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """Parse a pattern: `*` is the only wildcard; `?` is literal (cam-language 1.2, 1.3)."""
        return cls(tuple(text.split("*")))

    @property
    def is_literal(self) -> bool:
        """Whether the pattern matches only one string."""
        return len(self.pieces) == 1

    @property
    def is_any(self) -> bool:
        """Whether the pattern matches every string."""
        return len(self.pieces) > 1 and not any(self.pieces)

    def matches(self, text: str) -> bool:
        """Whether the pattern matches all of `text`, in linear time: each piece is searched once, leftmost first."""
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
        """Whether the pattern matches every string that `other` matches."""
        return other.witness(self) is None

    def overlaps(self, other: "Pattern") -> bool:
        """Whether some string matches both patterns.

        Two patterns with stars can exclude each other by their first or last pieces only. Otherwise this string matches
        both: the longer first piece, the inner pieces of one, the inner pieces of the other, the longer last piece.
        """
        if self.is_literal:
            return other.matches(self.pieces[0])
        if other.is_literal:
            return self.matches(other.pieces[0])
        head, tail = self._longer_ends(other)
        return all(head.startswith(each.pieces[0]) and tail.endswith(each.pieces[-1]) for each in (self, other))

    def witness(self, other: "Pattern") -> str | None:
        """A string that matches this pattern but not `other`; None if `other` covers it.

        One string is enough: each star is replaced by a character that `other` does not contain. Only a star of `other`
        can match that character, and the same star would match any other string in its place.
        """
        text = self.example(_fresh_character(other.pieces))
        return None if other.matches(text) else text

    def example(self, filling: str = "x") -> str:
        """A string that matches, with `filling` in place of each star."""
        return filling.join(self.pieces)

    def intersection(self, other: "Pattern") -> "tuple[Pattern, ...] | None":
        """The patterns that together match exactly the strings that both match; empty if there are none.

        None if the intersection is not computed: pieces between two stars can be merged in many ways, each of which is
        a pattern. So the result is only given if one pattern covers the other or neither has such pieces.
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


def _fresh_character(pieces: Iterable[str]) -> str:
    """A character that no piece contains; one that CAM allows in every name, if possible."""
    held = set("".join(pieces))
    return next(char for char in chain(_FILLINGS, map(chr, chain.from_iterable(_OTHER_FILLINGS))) if char not in held)


ANY = Pattern(("", ""))
