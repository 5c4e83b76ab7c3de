"""Policy variables such as `${uin}`, which are replaced when statements are bound to a principal.

CAM policy variables (cam-language 3) are allowed in the last resource segment and in condition values only.
A value is data: a `*` in it stays literal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from authz.language.report import Refusal
from authz.pattern import Pattern

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Variable(Enum):
    """A policy variable; those for the principal's tags are allowed in condition values only."""

    UIN = "uin"
    OWNER_UIN = "owner_uin"
    APP_ID = "app_id"
    PRINCIPAL_TAG_KEY = "qcs:principal_tag_key"
    PRINCIPAL_TAG_VALUE = "qcs:principal_tag_value"


IN_RESOURCES = frozenset({Variable.UIN, Variable.OWNER_UIN, Variable.APP_ID})
IN_CONDITIONS = frozenset(Variable)


@dataclass(frozen=True, slots=True)
class Template:
    """A pattern that may contain variables: a sequence of strings (with stars) and variables."""

    pieces: tuple[str | Variable, ...]

    @property
    def variables(self) -> frozenset[Variable]:
        """The variables of the template."""
        return frozenset(piece for piece in self.pieces if isinstance(piece, Variable))

    @property
    def has_variables(self) -> bool:
        """Whether the template has variables; faster than listing them."""
        return len(self.pieces) != 1 or not isinstance(self.pieces[0], str)

    @property
    def text(self) -> str:
        """The text of a template without variables."""
        return str(self)

    def bind(self, values: Mapping[Variable, str]) -> Pattern | None:
        """The pattern with its variables replaced; None if one has no value."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        if isinstance(only, str):
            return Pattern.of(only)  # nearly all templates are one string
        return None if self._unknown(values) else self.bind_open(values)

    def bind_open(self, values: Mapping[Variable, str], *, stars: bool = True) -> Pattern:
        """The pattern of all strings that the template might mean: a variable without a value matches any string.

        Two occurrences of such a variable may match different strings. Without `stars`, stars of
        the document are literal.
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
    """Split `text` at its variables; those in `known` are allowed.

    Raises:
        Refusal: with `code`, for any other variable.
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
    raise Refusal(code, f"unknown variable `${{{name}}}`; allowed here: {names}")
