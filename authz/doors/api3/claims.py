"""What a request claims about its caller: a key, a time and a signature, of the form TC3 or of the older ones."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from authz.doors.api3 import parameters, tc3, v1
from authz.doors.api3.errors import ApiError, signature_failure
from authz.doors.api3.message import Message

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_QUERY_BYTES = 32 * 1024
MOST_FORM_BYTES = 1024 * 1024
MOST_JSON_BYTES = 10 * 1024 * 1024
"""The most bytes of a request of each kind, as API 3.0 has them."""

_V1_FORMS = {
    "SecretId": re.compile(r"[!-~]{1,1024}"),
    "Signature": re.compile(r"[!-~]{1,128}"),
    "Timestamp": re.compile(r".+"),
    "Nonce": re.compile(r"[0-9]{1,20}"),  # which is remembered, and may not take much memory
}
"""The parameters that every request of the older forms has."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that names a key and has a signature, which is yet to be verified.

    `service` is empty where the request does not name it, `nonce` for TC3, which has none. `is_signed_by` is whether
    the signature was made with a secret, and takes the same time for a right and a wrong one. `parameters` reads those
    of the action, once the caller is known, and raises ApiError if they are malformed.
    """

    secret_id: str
    token: str = field(repr=False)
    service: str
    version: str
    action: str
    timestamp: int
    nonce: str
    is_signed_by: Callable[[str], bool] = field(repr=False)
    parameters: Callable[[], Mapping[str, Any]] = field(repr=False)


def read_claim(message: Message, now: float) -> Claim:
    """The claim of a request that was received at `now`.

    Raises:
        ApiError: if it has no signature or a malformed one, or its time is too far from `now`.
    """
    if message.header("authorization"):
        return _tc3_claim(message, now)
    if message.method == "GET":
        return _v1_claim(message, message.query, now)
    if _media_type(message) != FORM:
        raise signature_failure("the request is not signed; expected header `Authorization`")
    if message.query:
        raise ApiError("InvalidParameter", "a form must have an empty query string")
    if len(message.body) > MOST_FORM_BYTES:
        raise ApiError("RequestSizeLimitExceeded", f"a form has at most {MOST_FORM_BYTES} bytes")
    try:
        return _v1_claim(message, message.body.decode("ascii"), now)
    except UnicodeDecodeError:
        raise ApiError("InvalidParameter", "the form is not percent-encoded") from None


def _tc3_claim(message: Message, now: float) -> Claim:
    """A claim of the form TC3-HMAC-SHA256."""
    authorization = tc3.parse_authorization(message.header("authorization"))
    timestamp = tc3.check_time(message.header("x-tc-timestamp"), now)
    if authorization.date != tc3.utc_date(timestamp):
        raise signature_failure("the date of the credential scope is not the UTC date of `X-TC-Timestamp`")
    is_get = message.method == "GET"
    if is_get and message.body:
        raise ApiError("InvalidParameter", "a GET request must have an empty body, since it would not be signed")
    if not is_get and message.query:
        raise ApiError("InvalidParameter", "a POST request must have an empty query, since it would not be signed")
    if not is_get and (media_type := _media_type(message)) != JSON:
        raise ApiError("InvalidParameter", f"content type `{media_type}` is not served; expected `{JSON}`")
    names = authorization.signed_headers
    headers = {name: message.header(name).strip() for name in names}
    hashed = tc3.payload_hash(message.body, message.header("x-tc-content-sha256"))
    canonicals = tc3.canonicals(message.method, message.query, headers, names, hashed)
    return Claim(
        secret_id=authorization.secret_id,
        token=message.header("x-tc-token"),
        service=authorization.service,
        version=message.header("x-tc-version"),
        action=message.header("x-tc-action"),
        timestamp=timestamp,
        nonce="",
        is_signed_by=lambda secret: tc3.is_signed(authorization, secret, timestamp, canonicals),
        parameters=partial(_from_query, message.query) if is_get else partial(parameters.from_json, message.body),
    )


def _v1_claim(message: Message, text: str, now: float) -> Claim:
    """A claim of the form HmacSHA1 or HmacSHA256, all of whose values are text."""
    pairs = parameters.flat(text)
    common = {name: value for name, value in pairs if name in v1.COMMON_PARAMETERS}
    for name, form in _V1_FORMS.items():
        if not form.fullmatch(common.get(name, "")):
            raise signature_failure(
                f"parameter `{name}` is missing or malformed; expected it, or header `Authorization`"
            )
    method = common.get("SignatureMethod", "HmacSHA1")
    if method not in v1.DIGESTS:
        raise signature_failure(f"`SignatureMethod` must be one of {', '.join(v1.DIGESTS)}")
    signed = v1.string_to_sign(message.method, message.header("host"), pairs)
    return Claim(
        secret_id=common["SecretId"],
        token=common.get("Token", ""),
        service="",
        version=common.get("Version", ""),
        action=common.get("Action", ""),
        timestamp=tc3.check_time(common["Timestamp"], now),
        nonce=common["Nonce"],
        is_signed_by=lambda secret: v1.is_signed(secret, signed, method, common["Signature"]),
        parameters=lambda: parameters.nested(pair for pair in pairs if pair[0] not in v1.COMMON_PARAMETERS),
    )


def _from_query(query: str) -> Mapping[str, Any]:
    return parameters.nested(parameters.flat(query))


def _media_type(message: Message) -> str:
    return message.header("content-type").partition(";")[0].strip().lower()
