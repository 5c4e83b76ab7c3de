"""Policy variables: `${uin}` and its kind, replaced when statements are bound to a principal.

CAM policy variables (cam-language 3): allowed in the last resource segment and in condition values only.
What is put in is data: a `*` inside it stays literal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from authz.language.report import Refusal
from authz.pattern import Pattern

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Variable(Enum):
    """A policy variable; those of the principal's tags stand in condition values only."""

    UIN = "uin"
    OWNER_UIN = "owner_uin"
    APP_ID = "app_id"
    PRINCIPAL_TAG_KEY = "qcs:principal_tag_key"
    PRINCIPAL_TAG_VALUE = "qcs:principal_tag_value"


IN_RESOURCES = frozenset({Variable.UIN, Variable.OWNER_UIN, Variable.APP_ID})
IN_CONDITIONS = frozenset(Variable)


@dataclass(frozen=True, slots=True)
class Template:
    """A pattern that may still hold variables: texts (with stars) and variables in turn."""

    pieces: tuple[str | Variable, ...]

    @property
    def variables(self) -> frozenset[Variable]:
        """The variables that must be known before it can match."""
        return frozenset(piece for piece in self.pieces if isinstance(piece, Variable))

    @property
    def has_variables(self) -> bool:
        """Whether there are any; cheaper than to name them."""
        return len(self.pieces) != 1 or not isinstance(self.pieces[0], str)

    @property
    def text(self) -> str:
        """The text of a template without variables."""
        return str(self)

    def bind(self, values: Mapping[Variable, str]) -> Pattern | None:
        """The pattern with its variables replaced; None where one has no value."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        if isinstance(only, str):
            return Pattern.of(only)  # nearly all templates are one text
        return None if self._unknown(values) else self.bind_open(values)

    def bind_open(self, values: Mapping[Variable, str], *, stars: bool = True) -> Pattern:
        """The pattern of all texts that it might mean: a variable without a value stands for any text.

        Each time it stands there it may be another. Without `stars`, those of the document are characters.
        """
        parts = [""]
        for piece in self.pieces:
            if not isinstance(piece, Variable):
                head, *rest = piece.split("*") if stars else (piece,)
                parts[-1] += head
                parts.extend(rest)
            elif piece in values:
                parts[-1] += values[piece]
            else:
                parts.append("")
        return Pattern(tuple(parts))

    def _unknown(self, values: Mapping[Variable, str]) -> bool:
        return any(isinstance(piece, Variable) and piece not in values for piece in self.pieces)

    def __str__(self) -> str:
        return "".join(f"${{{piece.value}}}" if isinstance(piece, Variable) else piece for piece in self.pieces)


def parse_template(text: str, code: str, known: frozenset[Variable] = IN_RESOURCES) -> Template:
    """Split `text` at its variables, of which those in `known` may stand here.

    Raises:
        Refusal: with `code`, for a variable that CAM does not know here.
    """
    pieces: list[str | Variable] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(text[end : match.start()])
        pieces.append(_variable(match[1], known, code))
        end = match.end()
    pieces.append(text[end:])
    return Template(tuple(piece for piece in pieces if piece != "")) if len(pieces) > 1 else Template((text,))


def _variable(name: str, known: frozenset[Variable], code: str) -> Variable:
    for variable in known:
        if variable.value == name:
            return variable
    names = ", ".join(sorted(f"`${{{variable.value}}}`" for variable in known))
    raise Refusal(code, f"unknown variable `${{{name}}}`; known here are {names}")
