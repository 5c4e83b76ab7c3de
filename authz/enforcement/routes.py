"""Routes of an HTTP backend by method and path pattern, and unambiguous reading of request paths."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from authz.enforcement.kinds import TEXT, ValueKind, split_kind
from authz.enforcement.mapping import Permission, Public
from authz.enforcement.refusals import invalid_request

RouteRequirement = Permission | Sequence[Permission] | Public
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::([a-z]+))?\}", re.ASCII)
_LITERAL = re.compile(r"[A-Za-z0-9_.@+=,~!$'()-]*", re.ASCII)
# Parsers of paths differ on these characters if they are percent-encoded: / \ . NUL % ; # ?
_AMBIGUOUS = "the path is ambiguous: it can be read in more than one way"
_TREACHEROUS = re.compile(rb"%(?:2f|5c|2e|00|25|3b|23|3f)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """What one API of an HTTP backend requires.

    `pattern` is the whole path below the application's root path. `{name}` stands for one segment, `{name:int}` for a
    number and `{name:uuid}` for a UUID, both in canonical form. Use a kind for every parameter that the handler gets as
    a number or UUID, so that the check is about the same value. Placeholders of a resource are these names,
    `query.NAME`, or `body.PATH` for a field of a JSON body; all may have a kind: `query.app_id:int`.
    """

    method: str
    pattern: str
    need: RouteRequirement

    @property
    def api(self) -> str:
        """Method and pattern."""
        return f"{self.method} {self.pattern}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A literal, or a parameter by its name."""

    literal: str = ""
    name: str = ""
    kind: ValueKind = TEXT

    def fits(self, text: str) -> bool:
        """Whether the text matches this segment; a parameter is never empty."""
        return bool(self.kind.in_path.fullmatch(text)) if self.name else text == self.literal

    def meets(self, other: "Segment") -> bool:
        """Whether a text may match both, also for routers that accept more forms of numbers."""
        if self.name and other.name:
            return True
        return self.may_read(other.literal) if self.name else other.may_read(self.literal)

    def may_read(self, text: str) -> bool:
        """Whether a router might match the text to this segment, even if `fits` does not."""
        return bool(self.kind.readable.fullmatch(text)) if self.name else text == self.literal


@dataclass(frozen=True, slots=True)
class RoutePattern:
    """A path, segment by segment."""

    segments: tuple[Segment, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the parameters."""
        return frozenset(each.name for each in self.segments if each.name)

    def match(self, parts: Sequence[str]) -> Mapping[str, str] | None:
        """The parameters of a path given in parts; None if it does not match."""
        if len(parts) != len(self.segments):
            return None
        pairs = list(zip(self.segments, parts, strict=True))
        return {each.name: part for each, part in pairs if each.name} if all(s.fits(p) for s, p in pairs) else None

    def meets(self, other: "RoutePattern") -> bool:
        """Whether a path may match both."""
        return len(self.segments) == len(other.segments) and all(
            one.meets(two) for one, two in zip(self.segments, other.segments, strict=True)
        )


def parse_route_pattern(text: str) -> RoutePattern:
    """Read `/apps/{app_id:int}/rules`.

    Raises:
        ValueError: if the pattern is malformed; the message is the reason.
    """
    if not text.startswith("/"):
        raise ValueError("the path must start with `/`")
    *inner, last = text[1:].split("/")
    if not all(inner):
        raise ValueError("the path has an empty segment")
    segments = tuple(_segment(part) for part in (*inner, last))
    names = [each.name for each in segments if each.name]
    if len(set(names)) != len(names) or {"query", "body"} & set(names):
        raise ValueError("a parameter occurs twice, or is named `query` or `body`")
    return RoutePattern(segments)


def _segment(text: str) -> Segment:
    if match := _PARAMETER.fullmatch(text):
        _, kind = split_kind(text[1:-1])
        return Segment(name=match[1], kind=kind)
    if text in (".", "..") or not _LITERAL.fullmatch(text):
        raise ValueError(f"`{text}` is neither a plain segment nor `{{name}}`, `{{name:int}}` or `{{name:uuid}}`")
    return Segment(literal=text)


def path_below(path: str, root_path: str) -> str:
    """The path without the root path under which the application is mounted.

    Raises:
        CallRefusedError: if the root path ends within a segment, which routers handle differently.
    """
    if not root_path or not path.startswith(root_path):
        return path
    below = path.removeprefix(root_path)
    if not below.startswith("/"):
        raise invalid_request(_AMBIGUOUS)
    return below


def path_parts(path: str, raw_path: bytes | None) -> tuple[str, ...]:
    """The segments of a request's path, if there is only one way to read it.

    Raises:
        CallRefusedError: for dot segments, double slashes, backslashes, `;`, control characters, and percent-encoded
            slashes, dots and other delimiters, which the application's router may read in another way.
    """
    parts = tuple(path.removeprefix("/").split("/"))
    if (
        not path.startswith("/")
        or "" in parts[:-1]
        or any(part in (".", "..") for part in parts)
        or any(each in path for each in "\\;%?#")
        or not path.isprintable()
        or (raw_path is not None and _TREACHEROUS.search(raw_path.partition(b"?")[0]))
    ):
        raise invalid_request(_AMBIGUOUS)
    return parts
