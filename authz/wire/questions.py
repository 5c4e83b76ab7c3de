"""From the bytes of requests to questions for the core."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from authz.engine.bounds import DEFAULT_BOUNDS, Bounds
from authz.engine.request import NO_CONTEXT, Context, Request, request_from_strings
from authz.errors import InvalidRequestError
from authz.insight.allowed_resources import ListMode, ListQuestion
from authz.v1 import authz_pb2

M = TypeVar("M", bound=Message)
_MODES: Mapping[int, ListMode] = {
    authz_pb2.LIST_MODE_UNSPECIFIED: ListMode.STRICT,
    authz_pb2.LIST_MODE_STRICT: ListMode.STRICT,
    authz_pb2.LIST_MODE_CAM_COMPAT: ListMode.CAM_COMPAT,
}
_MODE_NAMES = ", ".join(authz_pb2.ListMode.Name(mode) for mode in _MODES)


@dataclass(slots=True)
class Question:
    """A request, and the earliest revision that its answer may come from (0: any).

    `key` are the bytes of an equal request, under which the answer may be cached.
    """

    request: Request
    at_least: int
    key: bytes


@dataclass(slots=True)
class Listing:
    """A question for the allowed resources, and the earliest revision that its answer may come from (0: any)."""

    question: ListQuestion
    at_least: int


def read_question(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Question:
    """Decode one CheckRequest within `bounds`; `now` is its time in seconds since the epoch.

    Raises:
        InvalidRequestError: naming the malformed field.
    """
    message = decode(authz_pb2.CheckRequest(), data)
    return Question(_request(message, now, bounds), parse_revision(message.at_least_revision), data)


def read_item(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Question:
    """Decode one CheckRequest of a batch, ignoring its `at_least_revision`; see read_question."""
    message = decode(authz_pb2.CheckRequest(), data)
    if message.at_least_revision:
        # A single check with these bytes would wait for that revision, so the answer must not be cached under them.
        message.at_least_revision = ""
        data = message.SerializeToString(deterministic=True)
    return Question(_request(message, now, bounds), 0, data)


def read_explain(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Question:
    """Decode one ExplainRequest; see read_question."""
    message = decode(authz_pb2.ExplainRequest(), data).check
    return Question(_request(message, now, bounds), parse_revision(message.at_least_revision), data)


def read_listing(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Listing:
    """Decode one AllowedResourcesRequest; see read_question."""
    message = decode(authz_pb2.AllowedResourcesRequest(), data)
    # Principal, action and context are validated like those of a check on `*`.
    context = _context(message.context, bounds)
    request = request_from_strings(message.principal, message.action, "*", context, now, bounds)
    if message.mode not in _MODES:
        raise InvalidRequestError("mode", f"`{message.mode}` is not a ListMode; expected one of {_MODE_NAMES}")
    question = ListQuestion(request.principal, request.action, request.context, now, _MODES[message.mode])
    return Listing(question, parse_revision(message.at_least_revision))


def decode(message: M, data: bytes) -> M:
    """Parse `data` into the empty `message`.

    Raises:
        InvalidRequestError: if `data` is not an encoding of it.
    """
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise InvalidRequestError("request", f"request is not a valid {message.DESCRIPTOR.full_name}") from None
    return message


def _request(message: authz_pb2.CheckRequest, now: float, bounds: Bounds) -> Request:
    context = _context(message.context, bounds)
    return request_from_strings(message.principal, message.action, message.resource, context, now, bounds)


def _context(values: Mapping[str, authz_pb2.ContextValue], bounds: Bounds) -> Context:
    """The context, read only as far as is needed to see that it exceeds `bounds`."""
    if not values:
        return NO_CONTEXT
    most = bounds.key_values + 1
    keys = values.items() if len(values) <= bounds.context_keys else islice(values.items(), bounds.context_keys + 1)
    return {key: tuple(value.values[:most]) for key, value in keys}


def parse_revision(text: str) -> int:
    """The number of a revision; 0 if there is none.

    Raises:
        InvalidRequestError: if `text` cannot come from an answer.
    """
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise InvalidRequestError("at_least_revision", f"`{text[:40]}` is not a revision; expected one from an answer")
    return int(text)
