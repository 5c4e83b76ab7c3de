"""Lints condition keys that CAM does not have.

General condition keys, 598/10608 (cam-language 2.4). They are case-sensitive. A condition on a key that no request has
holds never, or for every request.
"""

import unicodedata
from collections.abc import Mapping

from authz.catalog.catalog import load_catalog
from authz.catalog.services import OTHER_SERVICES
from authz.context import REQUEST_TAG, RESOURCE_TAG, TAG_FAMILIES, tag_key
from authz.language.condition import CURRENT_TIME, OWNER_UIN, SOURCE_IP, UIN
from authz.language.document import Effect
from authz.language.report import Report
from authz.lint.outcomes import consequence
from authz.lint.placed import PlacedCondition
from authz.spelling import nearest

GENERAL_KEYS: Mapping[str, str] = {
    CURRENT_TIME: "date",
    SOURCE_IP: "ip",
    "qcs:mfa": "bool",
    RESOURCE_TAG: "string",
    REQUEST_TAG: "string",
    UIN: "string",
    OWNER_UIN: "string",
    "qcs:create_uin": "string",
    "qcs:vpc": "string",
}
"""The condition keys of all products, each with the kind of its operators."""

_OLD_TAG = "qcs:tag"
_PLAIN_WORD = 7  # characters: a shorter name such as `time` may be a product's own key, `source_ip` hardly
_KNOWN = frozenset({*GENERAL_KEYS, _OLD_TAG})
_VENDORS: Mapping[str, str] = {
    **dict.fromkeys(("aws", "ec2", "iam", "s3", "sns", "sqs"), "AWS"),
    **dict.fromkeys(("acs", "ecs", "oss", "ram", "rds"), "Alibaba Cloud"),
    **dict.fromkeys(("g", "obs"), "Huawei Cloud"),
    **dict.fromkeys(("volc", "tos"), "Volcengine"),
}
_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(
        ("ip", "ipaddr", "ipaddress", "sourceip", "srcip", "clientip", "remoteip", "requestip", "userip", "callerip"),
        SOURCE_IP,
    ),
    **dict.fromkeys(("time", "date", "now", "datetime", "currenttime", "requesttime", "currentdate"), CURRENT_TIME),
    **dict.fromkeys(("mfa", "mfapresent", "multifactorauthpresent", "mfaauthenticated"), "qcs:mfa"),
    **dict.fromkeys(("tag", "tags", "resourcetag", "resourcetags"), RESOURCE_TAG),
    **dict.fromkeys(("requesttag", "requesttags", "tagkeys"), REQUEST_TAG),
    **dict.fromkeys(("user", "userid", "useruin", "subuin", "calleruin"), UIN),
    **dict.fromkeys(("account", "accountid", "owner", "ownerid", "rootuin", "principalaccount", "domainid"), OWNER_UIN),
    **dict.fromkeys(("creator", "createuser", "creatoruin", "createruin"), "qcs:create_uin"),
    **dict.fromkeys(("vpc", "vpcid", "sourcevpc", "srcvpc"), "qcs:vpc"),
}
"""Names for general keys in other clouds and common guesses, without prefix, case and separators."""


def general_key(key: str) -> str | None:
    """The general key, or the family of a key such as `qcs:resource_tag/dept`; None for any other key."""
    tag = tag_key(key)
    if tag is None:
        return key if key in GENERAL_KEYS else None
    return tag.family if tag.tag or key == tag.family else None


def lint_key(condition: PlacedCondition, effect: Effect, report: Report) -> bool:
    """Report a key that no request has; returns whether the condition needs no further checks."""
    key = condition.parsed.key
    if general_key(key) is not None:
        return False
    raw = condition.key.strip()
    code, what = _fault(raw)
    if not code:
        return _lint_own_key(condition, report)
    message = f"{what}, so no request has it: {consequence(condition.parsed, effect)}{_advice(raw)}"
    report.warning(code, condition.path, message)
    return True


def _fault(raw: str) -> tuple[str, str]:
    """The code and description of the fault of a key; empty if a product may have this key."""
    base, _, _ = raw.partition("/")
    normalized = _normalized(base)
    prefix = normalized.partition(":")[0]
    if normalized != base and normalized in _KNOWN:
        return "Lint.StrayBlanks", f"condition key `{raw}` contains stray blanks"
    if normalized.lower() in _KNOWN and normalized not in _KNOWN:
        return "Lint.KeyCase", f"condition keys are case-sensitive and CAM has no `{raw}`"
    if ":" in normalized and prefix.lower() in _VENDORS:
        return "Lint.ForeignKey", f"`{raw}` is a condition key of {_VENDORS[prefix.lower()]}"
    if prefix.lower() == "qcs" or _means_general(normalized):
        return "Lint.UnknownKey", f"CAM has no condition key `{raw}`"
    return "", ""


def _means_general(base: str) -> bool:
    """Whether a key without CAM's prefix most likely means a general key: `ip`, `qsc:ip`, `qcs.ip`."""
    prefix, colon, name = base.partition(":")
    if not colon:
        return f"qcs:{base.lower()}" in _KNOWN - {"qcs:mfa"} or nearest(base, _KNOWN, 0.8) is not None
    is_service = prefix.lower() in load_catalog().services | OTHER_SERVICES
    return not is_service and bool(name) and nearest(base, _KNOWN, 0.8) is not None


def _advice(raw: str) -> str:
    """The advice: the general key that was most likely intended, with the tag of the given key."""
    base, slash, tag = raw.partition("/")
    intended = _intended_key(_normalized(base))
    if intended is None:
        return f"; CAM's general keys are {', '.join(f'`{each}`' for each in GENERAL_KEYS)}"
    keeps_tag = slash and tag and intended in (*TAG_FAMILIES, _OLD_TAG)
    return f"; write `{intended}/{tag}`" if keeps_tag else f"; write `{intended}`"


def _intended_key(base: str) -> str | None:
    name = base.rpartition(":")[2]
    plain = name.replace("_", "").replace("-", "").lower()
    if f"qcs:{name.lower()}" in _KNOWN:
        return f"qcs:{name.lower()}"
    near = nearest(name, {key.removeprefix("qcs:") for key in _KNOWN})
    return _ALIASES.get(plain) or (f"qcs:{near}" if near else nearest(base, _KNOWN, 0.8))


def _normalized(text: str) -> str:
    """The text without blanks, and with ASCII characters instead of full-width ones."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _lint_own_key(condition: PlacedCondition, report: Report) -> bool:
    """Report undocumented keys of IM, SMS and CAM: only callers can supply them (cam-language 2.4)."""
    key = condition.parsed.key
    prefix, colon, name = key.rpartition(":")
    alias = _ALIASES.get((name if colon else key).replace("_", "").replace("-", "").lower())
    is_own = bool(colon) and prefix.lower() in load_catalog().services
    if is_own or (not colon and alias in (SOURCE_IP, CURRENT_TIME) and len(key) > _PLAIN_WORD):
        hint = f"; write `{alias}` if that is intended" if alias else ""
        message = f"CAM documents no condition key `{key}`: only requests that contain it can match{hint}"
        report.note("Lint.UnknownKey", condition.path, message)
    return False
