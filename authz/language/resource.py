"""Resources: six-segment names, as patterns in statements and as the one resource of a request.

CAM resource description, 598/10606: `qcs:project:service:region:account:resource`, or `*`. Of a pattern and of the
resource of a request alike, each segment is read without the blanks at its ends; blanks inside it are part of the name.
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
_HEAD_LIMIT = 128  # characters; longer ones are not kept, since callers write them
_COLON_FREE = frozenset({"im", "sms", "cam"})
_APP_ID_FREE = frozenset({"im", "sms"})
_NUMBERS = dict.fromkeys(Variable, "0")  # what the variables of resources stand for
_UNLIKE_ANY = {variable: f"\x00{variable.value}\x00" for variable in Variable}  # no policy may hold such a text
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
    """How the account segment names an account: by root uin, by APPID, or not at all (the own root account)."""

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
    """What a `resource` element admits; `text` is as written.

    `is_any` is the bare `*`, the only pattern that covers an operation-level API (cam-language 6).
    """

    is_any: bool
    service: Pattern
    region: Pattern
    account: AccountSegment
    tail: Template
    text: str

    @property
    def parent(self) -> Template | None:
        """What a pattern that ends in `/*` covers besides, for services whose names are paths (cam-language 1.3)."""
        last = self.tail.pieces[-1]
        if not isinstance(last, str) or not last.endswith("/*") or str(self.service) not in _DIRECTORIES:
            return None
        return Template((*self.tail.pieces[:-1], last.removesuffix("/*")))

    @property
    def may_be_foreign(self) -> bool:
        """Whether CAM lets a policy name such a resource by another account's uin: a role, or a bucket's objects.

        An APPID may be another account's in any case, since only the services that share resources are named by it
        (cam-language 1.3, 5.3).
        """
        service = str(self.service)
        return service in _SHARED or (service == "cam" and self._names_role)

    def covers(self, other: "ResourcePattern") -> bool:
        """Whether it admits every resource that `other` admits, in the policies of any account and for any principal.

        Only a bare `*` covers a bare `*`. That a path ending in `/*` admits its parent too is our reading (cam-language
        1.3), so nothing counts as covered for that alone.
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
        """Whether it is of one of the forms of STS AssumeRole's RoleArn, as far as it is spelt out.

        These are `roleName/NAME`, `role/ID`, `role/tencentcloudServiceRole/ID`,
        `role/tencentcloudServiceRoleName/NAME`.
        """
        tail = self.tail.bind_open(_NUMBERS)
        return any(tail.overlaps(form) for form in _ROLES)


@dataclass(slots=True)
class Resource:
    """The resource of a request; service and region in lower case, the tail as given.

    Not frozen only because one is made for each request, and frozen classes cost four times as much to make.
    """

    service: str
    region: str
    account: AccountSegment
    tail: str
    text: str

    @property
    def is_any(self) -> bool:
        """Whether the request names no resource at all (`*`)."""
        return self.text == "*"


ANY_PATTERN = ResourcePattern(
    is_any=True, service=ANY, region=ANY, account=AccountSegment(AccountKind.ANY), tail=Template(("*",)), text="*"
)
NO_RESOURCE = Resource("", "", AccountSegment(AccountKind.OWN), "", "*")


def _is_own(resource: ResourcePattern) -> bool:
    """Whether it names the account that its policy is of: of most services no other one's uin is accepted."""
    kind = resource.account.kind
    return kind is AccountKind.OWN or (kind is AccountKind.UIN and not resource.may_be_foreign)


def _bound(tail: Template) -> Pattern:
    """The tail as a pattern in which each variable is a text of its own, unlike any other."""
    return tail.bind_open(_UNLIKE_ANY)


def parse_resource_pattern(text: str) -> ResourcePattern:
    """Read one entry of a `resource` element.

    Raises:
        Refusal: InvalidParameter.Resource…Error, named after the segment that is wrong.
    """
    if text.strip() == "*":
        return ANY_PATTERN
    project, service, region, account, tail = _segments(text, "InvalidParameter.ResourceQcsError")
    if project:
        raise Refusal("InvalidParameter.ResourceProjectError", f"the project segment of `{text}` must be empty")
    if not tail:
        raise Refusal("InvalidParameter.ResourceContentError", f"the last segment of `{text}` is empty; `*` means all")
    return ResourcePattern(
        is_any=False,
        service=Pattern.of(service) if service else ANY,
        region=Pattern.of(_region(region)) if region else ANY,
        account=_account_pattern(account, service),
        tail=parse_template(tail, "InvalidParameter.ResourceContentError"),
        text=text,
    )


def parse_resource(text: str) -> Resource:
    """Read the resource of a request. A `*` inside it is a literal: the caller asks for all of a kind.

    The project segment of a request is not looked at (cam-language 1.3).

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
    """Some resource of which `head` is all but the tail: with every tail that has no blanks around it there is one.

    None where that cannot be said; `*`, which has no tail, is its own head.
    """
    if head == "*":
        return NO_RESOURCE
    return _some_resource(head) if len(head) <= _HEAD_LIMIT else None


@lru_cache(maxsize=2048)  # of one account and product these are the same in every request; its tails are not
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
        raise Refusal(code, "the resource is empty; `*` means none in particular")
    if head != "qcs" or len(rest) != 5:
        raise Refusal(code, f"`{text}` is not `*` and not of the form `qcs:project:service:region:account:resource`")
    project, service, region, account, tail = rest
    if ":" in tail and service.lower() in _COLON_FREE:
        raise Refusal(code, f"`{text}` has more than six segments")
    return project, service.lower(), region.lower(), account.lower(), tail


def _region(region: str) -> str:
    return _REGION_ALIASES.get(region, region)


def _account_pattern(account: str, service: str) -> AccountSegment:
    if account in ("*", "uin/*") or (account == "uid/*" and service not in _APP_ID_FREE):
        return AccountSegment(AccountKind.ANY)
    return _account(account, service)


def _account(account: str, service: str) -> AccountSegment:
    match = _ACCOUNT.fullmatch(account)
    if match is None:
        raise Refusal(
            "InvalidParameter.ResourceUinError",
            f"the account segment `{account}` is not empty, `uin/<root uin>` or `uid/<APPID>`",
        )
    if match[1] == "uid" and service in _APP_ID_FREE:
        raise Refusal(
            "InvalidParameter.ResourceUinError", f"{service} resources name their account as `uin/<root uin>`"
        )
    if not match[2]:
        return AccountSegment(AccountKind.OWN)
    return AccountSegment(AccountKind(match[1]), match[2])
