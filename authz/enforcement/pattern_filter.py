"""Matching of resources with the patterns of an AllowedResources answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.client.answers import AllowedResources
from authz.pattern import Pattern


class Verdict(Enum):
    """The result for one resource; ASK: a single check is necessary."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class PatternFilter:
    """The patterns for one caller of the root account `account`; they cover resources of this account only."""

    answer: AllowedResources
    account: str

    def verdict(self, resource: str) -> Verdict:
        """Whether a single check would allow the resource, or that it must be made."""
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
    """Service, region and last segment of a resource of this account; None if the sidecar must parse it.

    Regions have aliases, and accounts have several notations, which the sidecar knows.
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
