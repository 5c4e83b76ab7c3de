"""From the bytes of a CheckRequest to the question that it asks."""

from dataclasses import dataclass

from google.protobuf.message import DecodeError

from authz.engine.request import Context, Request, parse_request
from authz.errors import InvalidRequestError
from authz.v1 import authz_pb2


@dataclass(slots=True)
class Question:
    """A request, and the revision that its answer must at least stand on (0: any)."""

    request: Request
    at_least: int


def read_question(data: bytes, now: float) -> Question:
    """Decode one CheckRequest that is asked `now`, in seconds since the epoch.

    Raises:
        InvalidRequestError: naming the field that is malformed.
    """
    message = authz_pb2.CheckRequest()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise InvalidRequestError("request", "these bytes are no authz.v1.CheckRequest") from None
    return Question(_request(message, now), parse_revision(message.at_least_revision))


def _request(message: authz_pb2.CheckRequest, now: float) -> Request:
    context: Context = {}
    if message.context:
        context = {key: tuple(value.values) for key, value in message.context.items()}
    return parse_request(message.principal, message.action, message.resource, context, now)


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
