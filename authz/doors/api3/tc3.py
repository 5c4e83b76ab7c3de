"""Signatures of the form TC3-HMAC-SHA256, as pure functions.

The signature covers the method, the raw query string, the body and the headers that it names; the SDK names
`content-type` and `host` alone. It covers neither the action nor the version, region and token.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from authz.doors.api3.errors import signature_expired, signature_failure

ALGORITHM = "TC3-HMAC-SHA256"
SKEW_SECONDS = 300
"""The most that the time of a request may differ from the server's, in both directions."""
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
"""The value of X-TC-Content-SHA256 with which a client leaves the body out of the signature."""

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 +Credential=(?P<secret_id>[^/\s,]{1,1024})/(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"/(?P<service>[a-z0-9-]{1,64})/tc3_request *, *SignedHeaders=(?P<headers>[a-z0-9!#$%&'*+.^_`|~;-]{1,2048})"
    r" *, *Signature=(?P<signature>[0-9a-f]{64})"
)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NEEDED = frozenset({"content-type", "host"})


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of an Authorization header; `date` and `service` are those of the credential scope."""

    secret_id: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        """The credential scope as it is signed."""
        return f"{self.date}/{self.service}/tc3_request"


def parse_authorization(text: str) -> Authorization:
    """The parts of an Authorization header.

    Raises:
        ApiError: SignatureFailure, if it is not of the form, or does not sign `content-type` and `host`.
    """
    match = _AUTHORIZATION.fullmatch(text.strip())
    if match is None:
        expected = f"{ALGORITHM} Credential=SecretId/date/service/tc3_request, SignedHeaders=…, Signature=…"
        raise signature_failure(f"header `Authorization` is malformed; expected `{expected}`")
    names = tuple(match["headers"].split(";"))
    if not set(names) >= _NEEDED:
        raise signature_failure("SignedHeaders must include `content-type` and `host`")
    if len(set(names)) != len(names) or list(names) != sorted(names):
        raise signature_failure("SignedHeaders must be sorted, with each header once")
    return Authorization(match["secret_id"], match["date"], match["service"], names, match["signature"])


def check_time(timestamp: str, now: float) -> int:
    """The time of a request in seconds since the epoch, if it is near enough to `now`; 300 seconds are.

    Raises:
        ApiError: SignatureExpire if it is not; SignatureFailure if it is not a number.
    """
    if not _TIMESTAMP.fullmatch(timestamp):
        raise signature_failure("the timestamp is missing or malformed; expected seconds since 1970")
    if abs(int(now) - int(timestamp)) > SKEW_SECONDS:
        raise signature_expired(f"the timestamp differs by more than {SKEW_SECONDS} seconds from the server's time")
    return int(timestamp)


def utc_date(timestamp: int) -> str:
    """The date in UTC that the scope must name."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def payload_hash(body: bytes, content_sha256: str) -> str:
    """The hash of what is signed as the body; `content_sha256` is the header X-TC-Content-SHA256."""
    signed = UNSIGNED_PAYLOAD.encode() if content_sha256 == UNSIGNED_PAYLOAD else body
    return hashlib.sha256(signed).hexdigest()


def canonical_request(
    method: str, query: str, headers: Mapping[str, str], signed_headers: Sequence[str], hashed: str
) -> str:
    """The canonical request, from the signed headers with values as they are in `headers`.

    The path is always `/`. `hashed` is the payload_hash.
    """
    lines = "".join(f"{name}:{headers[name]}\n" for name in signed_headers)
    return f"{method}\n/\n{query}\n{lines}\n{';'.join(signed_headers)}\n{hashed}"


def string_to_sign(timestamp: int, scope: str, canonical: str) -> str:
    """The text that is signed."""
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def signature(secret_key: str, date: str, service: str, text: str) -> str:
    """The signature of a string to sign."""
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def is_signed(authorization: Authorization, secret_key: str, timestamp: int, canonicals: Sequence[str]) -> bool:
    """Whether the signature is that of one of the canonical requests, compared in constant time."""
    found = False
    for canonical in canonicals:
        text = string_to_sign(timestamp, authorization.scope, canonical)
        expected = signature(secret_key, authorization.date, authorization.service, text)
        found |= hmac.compare_digest(expected, authorization.signature)
    return found


def canonicals(
    method: str, query: str, headers: Mapping[str, str], signed_headers: Sequence[str], hashed: str
) -> tuple[str, ...]:
    """The canonical requests that a client may have signed: the SDK's, and that of the documentation.

    The documentation lower-cases the values of headers, the SDK signs them as they are; mostly both are the same.
    """
    lower = {name: value.lower() for name, value in headers.items()}
    forms = (canonical_request(method, query, each, signed_headers, hashed) for each in (headers, lower))
    return tuple(dict.fromkeys(forms))
