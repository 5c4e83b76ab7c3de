"""Renders answers as API 3.0 does: a JSON object `Response` with a RequestId, and an Error if the call is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

CONTENT_TYPE = "application/json"
"""Exactly so: with a charset after it, the SDK takes a refusal for an empty success."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_CHINA = timezone(timedelta(hours=8))

Fields = Mapping[str, object]
"""The fields of an answer or of a structure in it, as JSON values."""


def success(fields: Fields, request_id: str) -> bytes:
    """The body of an answer."""
    return _body({**fields, "RequestId": request_id})


def failure(code: str, message: str, request_id: str) -> bytes:
    """The body of a refusal."""
    return _body({"Error": {"Code": code, "Message": message}, "RequestId": request_id})


def local_time(at: float) -> str | None:
    """A time as lists and details show it, `YYYY-MM-DD hh:mm:ss` in UTC+8; null if it is 0, for unknown."""
    return datetime.fromtimestamp(int(at), _CHINA).isoformat(" ")[:19] if at else None


def utc_time(at: float) -> str | None:
    """A time as versions of policies show it, `YYYY-MM-DDThh:mm:ssZ`; null if it is 0, for unknown."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def date(at: float) -> str:
    """A date in UTC+8, `YYYY-MM-DD`; empty if it is 0, for never."""
    return datetime.fromtimestamp(at, _CHINA).strftime("%Y-%m-%d") if at else ""


def _body(response: Fields) -> bytes:
    return _ENCODER.encode({"Response": response}).encode("utf-8", "replace")
