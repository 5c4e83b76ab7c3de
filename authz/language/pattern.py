"""A wildcard pattern as a type: `*` stands for any run of characters, everything else for itself."""

from dataclasses import dataclass


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

    def __str__(self) -> str:
        pieces = self.pieces
        return pieces[0] if len(pieces) == 1 else "*".join(pieces)


ANY = Pattern(("", ""))
