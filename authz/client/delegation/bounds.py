"""Whether a resource lies within the patterns of an AllowedResources answer, segment by segment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.client.answers import AllowedResources


class Verdict(Enum):
    """What the patterns say of one resource; ASK: a single check must tell."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The answer to one caller of the root account `account`, which is the only account that its patterns speak of."""

    answer: AllowedResources
    account: str

    def verdict(self, resource: str) -> Verdict:
        """Whether single checks would allow the resource, as far as the patterns tell."""
        if not self.answer.allow:
            return Verdict.OUTSIDE
        segments = _segments(resource, self.account)
        if segments is None:
            return Verdict.ASK
        if not _covered(self.answer.allow, segments) or _covered(self.answer.deny, segments):
            return Verdict.OUTSIDE
        return Verdict.ASK if self.answer.needs_check else Verdict.INSIDE


_Segments = tuple[str, str, str]


def _segments(resource: str, account: str) -> _Segments | None:
    """Service, region and last segment of a resource of this account; None where the names need CAM's own reading.

    Regions have aliases, and an account may be written in other ways: the sidecar knows these.
    """
    parts = resource.split(":", 5)
    if len(parts) != 6 or parts[3] or parts[4] not in ("", f"uin/{account}") or parts[5] != parts[5].strip():
        return None
    return parts[2].strip().lower(), "", parts[5]


def _covered(patterns: Sequence[str], segments: _Segments) -> bool:
    return any(pattern == "*" or _covers(pattern, segments) for pattern in patterns)


def _covers(pattern: str, segments: _Segments) -> bool:
    compiled = _compiled(pattern)
    return all(each.fullmatch(text) for each, text in zip(compiled, segments, strict=True))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[re.Pattern[str], ...]:
    _, _, service, region, _, tail = pattern.split(":", 5)
    return tuple(_expression(text) for text in (service.lower() or "*", region or "*", tail))


def _expression(pattern: str) -> re.Pattern[str]:
    """Atomic groups keep it linear: each piece is looked for once, leftmost, and only the last one at the end."""
    first, *rest = map(re.escape, pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)
