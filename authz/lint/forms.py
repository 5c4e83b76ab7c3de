"""Checks the forms of resources for the services of the catalog.

Applications of IM and SMS are named by a number, without a region or a further part (1047/38088, 382/38456). Resources
of CAM have no region (598/10606).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from authz.catalog.catalog import load_catalog
from authz.language.resource import ResourcePattern
from authz.pattern import Pattern

_RESOURCES_OF: Mapping[str, frozenset[str]] = {
    "im": frozenset({"im"}),
    "avc": frozenset({"im", "avc"}),
    "cim": frozenset({"im", "cim"}),
    "sms": frozenset({"sms"}),
    "consolesms": frozenset({"sms", "consolesms"}),
    "cam": frozenset({"cam"}),
    "sts": frozenset({"cam", "sts"}),
}
"""The services whose resources CAM checks for the actions of a service; other products may use those of any service."""
_WITHOUT_REGION = frozenset({"im", "avc", "cim", "sms", "consolesms", "cam"})


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why CAM never checks a resource: the code of the finding, and the reason as the end of a sentence."""

    code: str
    reason: str


def services_asked(service: str) -> frozenset[str] | None:
    """The services whose resources CAM checks for actions of `service`; None if unknown."""
    return _RESOURCES_OF.get(service)


def misfit(service: str, resource: ResourcePattern) -> Misfit | None:
    """Why no resource of `service` can match the concrete `resource`; None if some resource can."""
    if resource.is_any:
        return None
    if service in _WITHOUT_REGION and not resource.region.matches(""):
        reason = f"resources of `{service}` have no region; write `{without_region(resource.text)}`"
        return Misfit("Lint.ResourceRegion", reason)
    types = _resource_types().get(service, ())
    if not types:
        return None
    tail = resource.tail.bind_open({})
    named = [each for each in types if tail.overlaps(Pattern((f"{each}/", "")))]
    if not named:
        right = " or ".join(f"`{each}/<id>`" for each in types)
        return Misfit("Lint.ResourceType", f"resources of `{service}` are named {right}")
    if not any(_may_be_application(tail, each) for each in named):
        reason = f"an application of `{service}` is named by its number alone; write `{named[0]}/<number>`"
        return Misfit("Lint.ResourceId", reason)
    return None


def without_region(text: str) -> str:
    """The resource with an empty region segment."""
    segments = text.strip().split(":", 5)
    segments[3] = ""
    return ":".join(segments)


def _may_be_application(tail: Pattern, kind: str) -> bool:
    """Whether the tail may match `kind/<number>`; stars may match the kind, and a number contains no slash."""
    if sum(piece.count("/") for piece in tail.pieces) > 1:
        return False
    first, *others = tail.pieces
    prefix = f"{kind}/"
    if not first.startswith(prefix):
        return True
    return all(not piece or (piece.isascii() and piece.isdigit()) for piece in (first.removeprefix(prefix), *others))


@cache
def _resource_types() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for action in load_catalog().actions():
        if action.resource_type:
            found.setdefault(action.service, {})[action.resource_type] = None
    return {service: tuple(types) for service, types in found.items()}
