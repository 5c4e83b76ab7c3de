"""An HTTP request as mappings see it: parameters, query and JSON body, rejected if they are ambiguous."""

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
    """The values of a request: the parameters of its path, its query as pairs, and its JSON body.

    The body is None unless a placeholder of the route's resources, or a RequestField, names a part of it.
    """

    parameters: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    body: Any = None


class HttpCall:
    """One HTTP request."""

    __slots__ = ("_scope", "api", "message")

    def __init__(self, api: str, message: HttpRequest, scope: Scope) -> None:
        self.api = api
        self.message = message
        self._scope = scope

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a header."""
        return headers(self._scope, name)

    def address(self) -> str:
        """The peer's IP address; empty if the server does not provide it."""
        client = self._scope.get("client")
        return plain_address(str(client[0])) if client else ""

    def identities(self) -> tuple[str, ...]:
        """The name in the client certificate, if the server supports ASGI's TLS extension."""
        known = (self._scope.get("extensions") or {}).get("tls") or {}
        name = known.get("client_cert_name")
        return (name,) if name and not known.get("client_cert_error") else ()


def headers(scope: Scope, name: str) -> tuple[str, ...]:
    """All values of a header of a request."""
    wanted = name.encode("latin-1")
    return tuple(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted)


def read_query(scope: Scope) -> list[tuple[str, str]]:
    """The query as pairs.

    Raises:
        CallRefusedError: if the query is not valid UTF-8 or contains a `;`, which some parsers read as `&`.
    """
    query = bytes(scope.get("query_string") or b"")
    if b";" in query:
        raise invalid_request("the query contains a `;`, which is ambiguous; write `%3B`")
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_QUERY_FIELDS)
    except ValueError:
        raise invalid_request("the query is not a valid query string in UTF-8") from None


def read_json_body(scope: Scope, body: bytes) -> Any:
    """The JSON body of a request.

    Raises:
        CallRefusedError: if it is not JSON, or an object has a duplicate name, which parsers resolve differently.
    """
    kinds = headers(scope, "content-type")
    if len(kinds) != 1 or not _JSON_IN_UTF8.fullmatch(kinds[0].strip()) or headers(scope, "content-encoding"):
        raise invalid_request("expected a body of type application/json, in UTF-8 and not compressed")
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise invalid_request("the body is not valid JSON without duplicate names") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate name")
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
