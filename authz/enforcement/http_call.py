"""An HTTP request as a mapping sees it: parameters, query and JSON body, each read in one way or not at all."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from authz.enforcement.grpc_call import plain_address
from authz.enforcement.refusals import invalid_request

Scope = Mapping[str, Any]
_MOST_QUERY_FIELDS = 1000
_JSON_IN_UTF8 = re.compile(r'application/json\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)?;?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a request says: the parameters of its path, its query in pairs, and its JSON body.

    The body is None unless a placeholder of the route's resources, or a RequestField, names a part of it.
    """

    parameters: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    body: Any = None


class HttpCall:
    """One request."""

    __slots__ = ("_scope", "api", "message")

    def __init__(self, api: str, message: HttpRequest, scope: Scope) -> None:
        self.api = api
        self.message = message
        self._scope = scope

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a header."""
        return headers(self._scope, name)

    def address(self) -> str:
        """The peer's IP address, empty where the server does not tell one."""
        client = self._scope.get("client")
        return plain_address(str(client[0])) if client else ""

    def identities(self) -> tuple[str, ...]:
        """The name in the client certificate, from servers that have ASGI's TLS extension."""
        known = (self._scope.get("extensions") or {}).get("tls") or {}
        name = known.get("client_cert_name")
        return (name,) if name and not known.get("client_cert_error") else ()


def headers(scope: Scope, name: str) -> tuple[str, ...]:
    """All values of a header of a request."""
    wanted = name.encode("latin-1")
    return tuple(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted)


def read_query(scope: Scope) -> list[tuple[str, str]]:
    """The query in pairs.

    Raises:
        CallRefusedError: for what is no query in UTF-8, and for a `;`, which some readers take for a `&`.
    """
    query = bytes(scope.get("query_string") or b"")
    if b";" in query:
        raise invalid_request("the query has a `;`, which some readers take for a `&`; write `%3B`")
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_QUERY_FIELDS)
    except ValueError:
        raise invalid_request("the query cannot be read") from None


def read_json_body(scope: Scope, body: bytes) -> Any:
    """The JSON body of a request.

    Raises:
        CallRefusedError: for anything else, and for an object with a name twice: readers differ in which one counts.
    """
    kinds = headers(scope, "content-type")
    if len(kinds) != 1 or not _JSON_IN_UTF8.fullmatch(kinds[0].strip()) or headers(scope, "content-encoding"):
        raise invalid_request("the body must be plain application/json in UTF-8")
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise invalid_request("the body is no JSON, or has a name twice") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
