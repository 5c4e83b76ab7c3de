"""From the bytes of requests to the questions that they ask."""

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


@dataclass(slots=True)
class Question:
    """A request, and the revision that its answer must at least stand on (0: any).

    `key` are bytes that ask the same, under which the answer may be kept.
    """

    request: Request
    at_least: int
    key: bytes


@dataclass(slots=True)
class Listing:
    """A question for resources, and the revision that its answer must at least stand on (0: any)."""

    question: ListQuestion
    at_least: int


def read_question(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Question:
    """Decode one CheckRequest that is asked `now`, in seconds since the epoch, within `bounds`.

    Raises:
        InvalidRequestError: naming the field that is malformed.
    """
    message = decode(authz_pb2.CheckRequest(), data)
    return Question(_request(message, now, bounds), parse_revision(message.at_least_revision), data)


def read_item(data: bytes, now: float, bounds: Bounds = DEFAULT_BOUNDS) -> Question:
    """Decode one CheckRequest of a batch, whose own revision is not read; see read_question."""
    message = decode(authz_pb2.CheckRequest(), data)
    if message.at_least_revision:
        # As a question of its own it would have to wait for that revision, so its answer is not kept under its bytes.
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
    # Principal, action and context are checked as those of a single check about no resource in particular.
    context = _context(message.context, bounds)
    request = request_from_strings(message.principal, message.action, "*", context, now, bounds)
    if message.mode not in _MODES:
        raise InvalidRequestError("mode", f"`{message.mode}` is no ListMode")
    question = ListQuestion(request.principal, request.action, request.context, now, _MODES[message.mode])
    return Listing(question, parse_revision(message.at_least_revision))


def decode(message: M, data: bytes) -> M:
    """Parse `data` into the empty `message`.

    Raises:
        InvalidRequestError: for bytes that are no such message.
    """
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise InvalidRequestError("request", f"these bytes are no {message.DESCRIPTOR.full_name}") from None
    return message


def _request(message: authz_pb2.CheckRequest, now: float, bounds: Bounds) -> Request:
    context = _context(message.context, bounds)
    return request_from_strings(message.principal, message.action, message.resource, context, now, bounds)


def _context(values: Mapping[str, authz_pb2.ContextValue], bounds: Bounds) -> Context:
    """No more of it than shows that it is within `bounds`, or is not."""
    if not values:
        return NO_CONTEXT
    most = bounds.key_values + 1
    keys = values.items() if len(values) <= bounds.context_keys else islice(values.items(), bounds.context_keys + 1)
    return {key: tuple(value.values[:most]) for key, value in keys}


def parse_revision(text: str) -> int:
    """The number behind a revision; 0 for none.

    Raises:
        InvalidRequestError: for a text that no revision has.
    """
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise InvalidRequestError("at_least_revision", f"`{text[:40]}` is no revision that an answer ever carried")
    return int(text)
