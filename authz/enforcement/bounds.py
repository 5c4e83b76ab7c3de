"""Whether a resource lies within the patterns of an AllowedResources answer, segment by segment."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.client.answers import AllowedResources
from authz.pattern import Pattern


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
    service, region, tail = _parsed(pattern)
    return tail.matches(segments[2]) and service.matches(segments[0]) and region.matches(segments[1])


@lru_cache(maxsize=4096)
def _parsed(pattern: str) -> tuple[Pattern, Pattern, Pattern]:
    _, _, service, region, _, tail = pattern.split(":", 5)
    return Pattern.of(service.lower() or "*"), Pattern.of(region or "*"), Pattern.of(tail)
