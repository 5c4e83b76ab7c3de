"""Resources: six-segment names, as patterns in statements and as the one resource of a request.

CAM resource description, 598/10606: `qcs:project:service:region:account:resource`, or `*`. Of a pattern and of the
resource of a request alike, each segment is read without the blanks at its ends; blanks inside it are part of the name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.language.pattern import ANY, Pattern
from authz.language.report import Refusal
from authz.language.variables import Template, parse_template

_ACCOUNT = re.compile(r"(?:(uin|uid)/([0-9]*))?")
_COLONS = 5  # before the tail
_HEAD_LIMIT = 128  # characters; longer ones are not kept, since callers write them
_COLON_FREE = frozenset({"im", "sms", "cam"})
_APP_ID_FREE = frozenset({"im", "sms"})
_DIRECTORIES = frozenset({"cos", "cmqqueue", "cmqtopic"})
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
