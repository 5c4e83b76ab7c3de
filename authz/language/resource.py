"""Resources: six-segment names, as patterns in statements and as the one resource of a request.

CAM resource description, 598/10606: `qcs:project:service:region:account:resource`, or `*`. In patterns and in requests,
blanks at the ends of a segment are ignored; blanks inside a segment are part of the name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.language.report import Refusal
from authz.language.variables import Template, Variable, parse_template
from authz.pattern import ANY, Pattern

_ACCOUNT = re.compile(r"(?:(uin|uid)/([0-9]*))?")
_COLONS = 5  # before the tail
_CACHED = 256  # characters of a pattern that is cached, so that the caches stay small
_HEAD_LIMIT = 128  # characters of a head that may be cached; callers choose it, so longer ones would waste memory
_COLON_FREE = frozenset({"im", "sms", "cam"})
_APP_ID_FREE = frozenset({"im", "sms"})
_NUMBERS = dict.fromkeys(Variable, "0")  # sample values for the variables of resources
_UNLIKE_ANY = {variable: f"\x00{variable.value}\x00" for variable in Variable}  # strings that no policy can contain
_DIRECTORIES = frozenset({"cos", "cmqqueue", "cmqtopic"})
_SHARED = frozenset({"cos", "cas"})
"""Services that grant access across accounts (cam-language 5.3)."""
_ROLES = (Pattern(("roleName/", "")), Pattern(("role/", "")))
_REGION_ALIASES = {
    "gz": "ap-guangzhou",
    "sh": "ap-shanghai",
    "bj": "ap-beijing",
    "cd": "ap-chengdu",
    "cq": "ap-chongqing",
    "hk": "ap-hongkong",
}


class AccountKind(Enum):
    """How the account segment names an account: by root uin, by APPID, or not at all (the policy's account)."""

    OWN = ""
    UIN = "uin"
    UID = "uid"
    ANY = "*"


@dataclass(frozen=True, slots=True)
class AccountSegment:
    """The fifth segment; `number` is empty for OWN and ANY."""

    kind: AccountKind
    number: str = ""


@dataclass(frozen=True, slots=True)
class ResourcePattern:
    """One entry of a `resource` element; `text` is as written.

    `is_any` marks the bare `*`, the only pattern that covers an operation-level API (cam-language 6).
    """

    is_any: bool
    service: Pattern
    region: Pattern
    account: AccountSegment
    tail: Template
    text: str

    @property
    def parent(self) -> Template | None:
        """The parent that a pattern ending in `/*` also covers, where names are paths (cam-language 1.3)."""
        last = self.tail.pieces[-1]
        if not isinstance(last, str) or not last.endswith("/*") or str(self.service) not in _DIRECTORIES:
            return None
        return Template((*self.tail.pieces[:-1], last.removesuffix("/*")))

    @property
    def may_be_foreign(self) -> bool:
        """Whether a policy may name such a resource by another account's uin: a role, or the objects of a bucket.

        An APPID may always be another account's, since only services that share resources use APPIDs (cam-language 1.3,
        5.3).
        """
        service = str(self.service)
        return service in _SHARED or (service == "cam" and self._names_role)

    def covers(self, other: "ResourcePattern") -> bool:
        """Whether the pattern covers every resource that `other` covers, for any account and any principal.

        Only a bare `*` covers a bare `*`. That a path ending in `/*` covers its parent is an interpretation
        (cam-language 1.3), so a pattern is not reported as covered on that ground alone.
        """
        if self.is_any or other.is_any:
            return self.is_any
        is_place = self.service.covers(other.service) and self.region.covers(other.region)
        return is_place and self._covers_account(other) and self._covers_tail(other)

    def _covers_account(self, other: "ResourcePattern") -> bool:
        if self.account.kind is AccountKind.ANY:
            return True
        return self.account == other.account or (_is_own(self) and _is_own(other))

    def _covers_tail(self, other: "ResourcePattern") -> bool:
        tail = _bound(self.tail)
        if other.parent is not None:
            parent = _bound(other.parent)
            if not tail.covers(parent) and (self.parent is None or not _bound(self.parent).covers(parent)):
                return False
        return tail.covers(_bound(other.tail))

    @property
    def _names_role(self) -> bool:
        """Whether the pattern may match a RoleArn of STS AssumeRole.

        The forms of a RoleArn are `roleName/NAME`, `role/ID`, `role/tencentcloudServiceRole/ID`,
        `role/tencentcloudServiceRoleName/NAME`.
        """
        tail = self.tail.bind_open(_NUMBERS)
        return any(tail.overlaps(form) for form in _ROLES)


@dataclass(slots=True)
class Resource:
    """The resource of a request; service and region are in lower case, the tail is as given.

    Not frozen, because one is created per request and creating frozen objects takes four times as long.
    """

    service: str
    region: str
    account: AccountSegment
    tail: str
    text: str

    @property
    def is_any(self) -> bool:
        """Whether the request names no resource (`*`)."""
        return self.text == "*"


ANY_PATTERN = ResourcePattern(
    is_any=True, service=ANY, region=ANY, account=AccountSegment(AccountKind.ANY), tail=Template(("*",)), text="*"
)
NO_RESOURCE = Resource("", "", AccountSegment(AccountKind.OWN), "", "*")


def _is_own(resource: ResourcePattern) -> bool:
    """Whether the pattern names the account of its policy; most services accept no other account's uin."""
    kind = resource.account.kind
    return kind is AccountKind.OWN or (kind is AccountKind.UIN and not resource.may_be_foreign)


def _bound(tail: Template) -> Pattern:
    """The tail as a pattern in which each variable is replaced by a distinct string."""
    return tail.bind_open(_UNLIKE_ANY)


def parse_resource_pattern(text: str) -> ResourcePattern:
    """Parse one entry of a `resource` element.

    Raises:
        Refusal: InvalidParameter.Resource…Error, named after the invalid segment.
    """
    return _cached_pattern(text) if len(text) <= _CACHED else _parse_pattern(text)


def _parse_pattern(text: str) -> ResourcePattern:
    if text.strip() == "*":
        return ANY_PATTERN
    project, service, region, account, tail = _segments(text, "InvalidParameter.ResourceQcsError")
    if project:
        raise Refusal("InvalidParameter.ResourceProjectError", f"the project segment of `{text}` must be empty")
    if not tail:
        raise Refusal("InvalidParameter.ResourceContentError", f"the last segment of `{text}` is empty; `*` means all")
    return ResourcePattern(
        is_any=False,
        service=_segment_pattern(service) if service else ANY,
        region=_segment_pattern(_region(region)) if region else ANY,
        account=_account_pattern(account, service),
        tail=parse_template(tail, "InvalidParameter.ResourceContentError"),
        text=text,
    )


# The statements of an account repeat resources, services and account numbers; equal ones share one object.
_cached_pattern = lru_cache(maxsize=1024)(_parse_pattern)
_segment_pattern = lru_cache(maxsize=256)(Pattern.of)


def parse_resource(text: str) -> Resource:
    """Parse the resource of a request. A `*` in it is a literal, by which the caller means all resources of a kind.

    The project segment of a request is ignored (cam-language 1.3).

    Raises:
        Refusal: InvalidParameter.ResourceQcsError or …ResourceContentError.
    """
    if text == "*":
        return NO_RESOURCE
    start = text.rfind(":") + 1
    tail = text[start:]
    some = _some_resource(text[:start]) if start <= _HEAD_LIMIT else None
    if some is None or not tail or tail.strip() != tail:
        return _parse_resource(text)
    return Resource(some.service, some.region, some.account, tail, text)


def parse_resource_head(head: str) -> Resource | None:
    """A resource whose text up to the tail is `head`; every tail without blanks at its ends gives a valid resource.

    None if `head` is not valid. The head of `*`, which has no tail, is `*`.
    """
    if head == "*":
        return NO_RESOURCE
    return _some_resource(head) if len(head) <= _HEAD_LIMIT else None


@lru_cache(maxsize=2048)  # heads repeat from request to request; tails do not
def _some_resource(head: str) -> Resource | None:
    if head.count(":") != _COLONS:
        return None
    try:
        return _parse_resource(f"{head}x")
    except Refusal:
        return None


def _parse_resource(text: str) -> Resource:
    _, service, region, account, tail = _segments(text, "InvalidParameter.ResourceQcsError")
    if not tail:
        raise Refusal("InvalidParameter.ResourceContentError", f"the last segment of `{text}` is empty")
    return Resource(service, _region(region), _account(account, service), tail, text)


def _segments(text: str, code: str) -> Sequence[str]:
    head, *rest = (segment.strip() for segment in text.split(":", 5))
    if not text:
        raise Refusal(code, "the resource is empty; expected `*` or `qcs:project:service:region:account:resource`")
    if head != "qcs" or len(rest) != 5:
        raise Refusal(
            code, f"`{text}` is not a resource; expected `*` or `qcs:project:service:region:account:resource`"
        )
    project, service, region, account, tail = rest
    if ":" in tail and service.lower() in _COLON_FREE:
        raise Refusal(code, f"`{text}` has more than six segments")
    return project, service.lower(), region.lower(), account.lower(), tail


def _region(region: str) -> str:
    return _REGION_ALIASES.get(region, region)


@lru_cache(maxsize=1024)
def _account_pattern(account: str, service: str) -> AccountSegment:
    if account in ("*", "uin/*") or (account == "uid/*" and service not in _APP_ID_FREE):
        return AccountSegment(AccountKind.ANY)
    return _account(account, service)


def _account(account: str, service: str) -> AccountSegment:
    match = _ACCOUNT.fullmatch(account)
    if match is None:
        raise Refusal(
            "InvalidParameter.ResourceUinError",
            f"the account segment `{account}` is not valid; expected nothing, `uin/<root uin>` or `uid/<APPID>`",
        )
    if match[1] == "uid" and service in _APP_ID_FREE:
        raise Refusal(
            "InvalidParameter.ResourceUinError", f"resources of `{service}` must name their account as `uin/<root uin>`"
        )
    if not match[2]:
        return AccountSegment(AccountKind.OWN)
    return AccountSegment(AccountKind(match[1]), match[2])
