"""The mapping of an HTTP backend's routes to permissions, validated when it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authz.enforcement.binding import Binder
from authz.enforcement.http_call import HttpRequest
from authz.enforcement.mapping import Permission, Public
from authz.enforcement.refusals import invalid_request
from authz.enforcement.routes import Route, RoutePattern, parse_route_pattern
from authz.enforcement.rules import PermissionRule, Rule
from authz.enforcement.sources import ContextSource, PrincipalSource, Reader, RequestField
from authz.enforcement.template import parse_resource_template
from authz.errors import ConfigurationError

_BODY, _QUERY = "body.", "query."


@dataclass(frozen=True, slots=True)
class Target:
    """The route of a request with its parameters; `reads_body`: its permissions depend on the body."""

    api: str
    rule: Rule
    parameters: Mapping[str, str]
    reads_body: bool


@dataclass(frozen=True, slots=True)
class _BoundRoute:
    api: str
    method: str
    pattern: RoutePattern
    rule: Rule
    reads_body: bool


class HttpMapping:
    """The permissions of an HTTP backend's routes; arguments as for ApiMapping. Other requests are rejected.

    Raises:
        ConfigurationError: if two routes may match one request, or a placeholder is not in its route.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        *,
        principal: PrincipalSource,
        context: Mapping[str, ContextSource] | None = None,
        constants: Mapping[str, str] | None = None,
    ) -> None:
        self.principal = principal
        self._routes: list[_BoundRoute] = []
        faults: list[str] = [] if routes else ["the mapping has no routes"]
        for route in routes:
            self._add(route, Binder(route.api, dict(constants or {}), dict(context or {}), faults))
        if faults:
            raise ConfigurationError(faults)

    def find(self, method: str, parts: Sequence[str]) -> Target | None:
        """The route of a request; None if there is none."""
        for route in self._routes:
            if route.method == method and (found := route.pattern.match(parts)) is not None:
                return Target(route.api, route.rule, found, route.reads_body)
        return None

    def _add(self, route: Route, binder: Binder) -> None:
        try:
            pattern = parse_route_pattern(route.pattern)
        except ValueError as error:
            binder.faults.append(f"{route.api}: {error}")
            return
        for other in self._routes:
            if other.method == route.method and other.pattern.meets(pattern):
                binder.faults.append(
                    f"{route.api}: a request may also match {other.api}; `{{name:int}}` matches numbers only"
                )
        rule = _rule(route, pattern, binder)
        reads_body = not isinstance(rule, Public) and _reads_body(route, binder)
        self._routes.append(_BoundRoute(route.api, route.method, pattern, rule, reads_body))


def _rule(route: Route, pattern: RoutePattern, binder: Binder) -> tuple[PermissionRule, ...] | Public:
    if isinstance(route.need, Public):
        return route.need
    needs = (route.need,) if isinstance(route.need, Permission) else tuple(route.need)
    return binder.permissions(needs, lambda path: _reader(path, pattern), lambda path: _context_reader(path, pattern))


def _reads_body(route: Route, binder: Binder) -> bool:
    if isinstance(route.need, Public):
        return False
    needs = (route.need,) if isinstance(route.need, Permission) else tuple(route.need)
    sources = [*binder.context.values(), *(source for need in needs for source in need.context.values())]
    if any(isinstance(each, RequestField) and each.path.startswith(_BODY) for each in sources):
        return True
    return any(isinstance(need.resource, str) and _names_body(need.resource) for need in needs)


def _names_body(resource: str) -> bool:
    try:
        return any(name.startswith(_BODY) for name in parse_resource_template(resource).placeholders)
    except ValueError:
        return False


def _reader(path: str, pattern: RoutePattern) -> Reader:
    """A reader of a path parameter, a query parameter or a field of the JSON body.

    Raises:
        ValueError: if the path has no such parameter.
    """
    if path.startswith(_QUERY):
        return lambda request: _of_query(request, path.removeprefix(_QUERY))
    if path.startswith(_BODY):
        return lambda request: _of_body(request.body, path.removeprefix(_BODY).split("."))
    if path not in pattern.names:
        raise ValueError(f"the path has no parameter `{path}`")
    return lambda request: (request.parameters[path],)


def _context_reader(path: str, pattern: RoutePattern) -> Reader:
    """As `_reader`, but rejects repeated query parameters.

    A condition may hold for any one of several values, but the handler may use another one. Repeated resources are
    all checked.
    """
    reader = _reader(path, pattern)
    if not path.startswith(_QUERY):
        return reader

    def only(request: HttpRequest) -> tuple[str, ...]:
        values = reader(request)
        if len(values) > 1:
            raise invalid_request(f"the query has `{path.removeprefix(_QUERY)}` more than once; expected one value")
        return values

    return only


def _of_query(request: HttpRequest, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in request.query if key == name)


def _of_body(value: Any, steps: Sequence[str]) -> tuple[str, ...]:
    """The values at the end of a path; an empty string for a missing one, as with protobuf messages."""
    if isinstance(value, list):
        return tuple(text for each in value for text in _of_body(each, steps)) or ("",)
    if steps:
        return _of_body(value[steps[0]], steps[1:]) if isinstance(value, dict) and steps[0] in value else ("",)
    if isinstance(value, str) or type(value) is int:
        return (str(value),)
    raise invalid_request("a field that names a resource is neither a string nor an integer")
