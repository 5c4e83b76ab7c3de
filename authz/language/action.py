"""Actions: the patterns that statements list, and the one concrete action of a request.

CAM element reference, 598/10603: `service:Action` or `name/service:Action`, `*` anywhere; neither case
nor blanks around the parts matter.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from authz.language.report import Refusal
from authz.pattern import ANY, Pattern

_CACHED = 256  # characters of a pattern that is cached, so that the cache stays small
_PREFIX = "name/"
_OPAQUE = ("permid/", "actionName/")
_SERVICE = re.compile(r"[a-z0-9_*-]+")
_NAME = re.compile(r"[^\s:]+")


@dataclass(frozen=True, slots=True)
class ActionPattern:
    """One entry of an `action` element: both parts are in lower case, `text` is as written."""

    service: Pattern
    name: Pattern
    text: str

    def matches(self, action: "Action") -> bool:
        """Whether the pattern matches `action`."""
        return self.service.matches(action.service) and self.name.matches(action.folded)

    def covers(self, other: "ActionPattern") -> bool:
        """Whether the pattern matches every action that `other` matches."""
        return other.witness(self) is None

    def overlaps(self, other: "ActionPattern") -> bool:
        """Whether some action matches both patterns."""
        return self.service.overlaps(other.service) and self.name.overlaps(other.name)

    def witness(self, other: "ActionPattern") -> "Action | None":
        """An action that matches this pattern but not `other`; None if `other` covers it.

        A numbered action set counts as a separate service, since its actions are not known.
        """
        service, name = self.service.witness(other.service), self.name.witness(other.name)
        if service is None and name is None:
            return None
        service, name = service or self.service.example(), name or self.name.example()
        return Action(service, name, name)


@dataclass(frozen=True, slots=True)
class Action:
    """One API of one service: `service` in lower case, `name` as the caller spelt it, `folded` for comparing.

    `key` is the same for all spellings of one API.
    """

    service: str
    name: str
    folded: str
    key: str = field(init=False, compare=False, repr=False)  # a string, since hashing an object costs ten times as much

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.service}:{self.folded}")

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


def parse_action_pattern(text: str) -> ActionPattern:
    """Read one entry of an `action` element.

    Raises:
        Refusal: InvalidParameter.ActionError.
    """
    return _cached_pattern(text) if len(text) <= _CACHED else _parse_pattern(text)


def _parse_pattern(text: str) -> ActionPattern:
    trimmed = text.strip()
    if trimmed == "*":
        return ActionPattern(ANY, ANY, text)
    if trimmed.startswith(_OPAQUE):
        # A product's numbered action set: its content is not known without the product's registry. The service
        # of a request contains no slash, so the pattern matches no request.
        return ActionPattern(Pattern((trimmed,)), ANY, text)
    service, name = _split(trimmed)
    if not _SERVICE.fullmatch(service) or not _NAME.fullmatch(name):
        raise Refusal(
            "InvalidParameter.ActionError",
            f"`{text}` is not an action; write `service:Action`, `name/service:Action` or `*`",
        )
    return ActionPattern(Pattern.of(service), Pattern.of(name), text)


_cached_pattern = lru_cache(maxsize=2048)(_parse_pattern)  # policies name the same few actions again and again


def parse_action(text: str) -> Action:
    """Read the action of a request.

    Raises:
        Refusal: InvalidParameter.ActionError, also for a wildcard, since a request names one API.
    """
    service, name = _split(text)
    bare_name = text.rpartition(":")[2]
    if "*" in text or text != "".join(text.split()) or not _SERVICE.fullmatch(service) or not _NAME.fullmatch(name):
        raise Refusal(
            "InvalidParameter.ActionError",
            f"`{text}` is not one API; write `service:Action` or `name/service:Action`, without wildcards or blanks",
        )
    return Action(service, bare_name, name)


def _split(text: str) -> tuple[str, str]:
    """Service and name in lower case, without the surrounding blanks that published policies contain (382/38456)."""
    service, _, name = text.removeprefix(_PREFIX).partition(":")
    return service.strip().lower(), name.strip().lower()
