"""The request: may this principal perform this action on this resource in this context?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from authz.context import GivenContext, read_context_values
from authz.engine.bounds import DEFAULT_BOUNDS, Bounds
from authz.errors import InvalidRequestError
from authz.language.action import Action, parse_action
from authz.language.condition import CURRENT_TIME, SOURCE_IP
from authz.language.operators import check_address, check_date
from authz.language.principal import Principal, parse_principal
from authz.language.report import Refusal
from authz.language.resource import Resource, parse_resource

Context = Mapping[str, tuple[str, ...]]
NO_CONTEXT: Context = {}
_KEPT = 128  # characters of a name that may be cached; callers choose it, so longer ones would waste memory


@dataclass(slots=True)
class Request:
    """A parsed request. Not frozen, because creating frozen objects takes four times as long.

    `time` is the time of the request in seconds since the epoch; without it, conditions on the time are undetermined.
    """

    principal: Principal
    action: Action
    resource: Resource
    context: Context
    time: float | None = None


def parse_request(
    principal: str,
    action: str,
    resource: str,
    context: GivenContext | None,
    time: float | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Request:
    """Parse a request given as strings, and its context as callers pass it.

    Raises:
        InvalidRequestError: naming the field that is malformed or too large, and the key if it is in the context.
    """
    for field, text in (("principal", principal), ("action", action), ("resource", resource)):
        if not isinstance(text, str):
            raise InvalidRequestError(field, f"expected a string, not a value of type {type(text).__name__}")
    try:
        values = read_context_values(context)
    except TypeError as error:
        raise InvalidRequestError("context", str(error)) from None
    return request_from_strings(principal, action, resource, values, time, bounds)


def request_from_strings(
    principal: str,
    action: str,
    resource: str,
    context: Context,
    time: float | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Request:
    """Parse a request whose parts are known to be strings, such as one from the wire.

    Raises:
        InvalidRequestError: as parse_request does.
    """
    if context:
        check_context(context, bounds)
    who, what = parse_caller(principal, action, bounds)
    if len(resource) > _KEPT:
        bounds.check_resource(resource)
    try:
        return Request(who, what, parse_resource(resource), context, time)
    except Refusal as refusal:
        raise InvalidRequestError("resource", refusal.message) from None


def parse_caller(principal: str, action: str, bounds: Bounds = DEFAULT_BOUNDS) -> tuple[Principal, Action]:
    """Parse the principal and the action.

    Raises:
        InvalidRequestError: naming the field that is malformed or too large.
    """
    if len(principal) > _KEPT or len(action) > _KEPT:
        bounds.check_names(principal, action)
    field = "principal"
    try:
        who = _principal(principal) if _is_kept(principal) else parse_principal(principal)
        field = "action"
        return who, _action(action) if _is_kept(action) else parse_action(action)
    except Refusal as refusal:
        raise InvalidRequestError(field, refusal.message) from None


def _is_kept(text: str) -> bool:
    return len(text) <= _KEPT and text.isascii()


_READERS: Mapping[str, Callable[[str], object]] = {SOURCE_IP: check_address, CURRENT_TIME: check_date}


def value_check(key: str) -> Callable[[str], object] | None:
    """The function that raises ValueError for an invalid value of the key; None if every value is valid.

    General keys must have values of their type (598/10608); values of other keys are not checked. Blanks around keys in
    policies are ignored, so no policy can mean a key with blanks.

    Raises:
        ValueError: if the key is empty or has blanks around it.
    """
    if not key or key.isspace():
        raise ValueError("a condition key is empty")
    if key != key.strip():
        raise ValueError(f"the condition key `{key[:80]}` has blanks around it; write `{key[:80].strip()}`")
    return _READERS.get(key)


def check_context(context: Context, bounds: Bounds = DEFAULT_BOUNDS) -> None:
    """Check the keys and values of a context; see value_check and Bounds.

    Raises:
        InvalidRequestError: naming the key.
    """
    bounds.check_context(context)
    for key, values in context.items():
        try:
            read = value_check(key)
        except ValueError as error:
            raise InvalidRequestError("context", str(error)) from None
        if read is not None:
            _check_values(key, values, read)


def _check_values(key: str, values: Iterable[str], read: Callable[[str], object]) -> None:
    for value in values:
        try:
            read(value)
        except ValueError as error:
            raise InvalidRequestError("context", f"{key}: {error}") from None


# Callers and actions repeat from call to call; resources rarely do.
_principal = lru_cache(maxsize=4096)(parse_principal)
_action = lru_cache(maxsize=2048)(parse_action)
