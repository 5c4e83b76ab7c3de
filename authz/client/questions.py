"""The questions of a client and their encoding, whose bytes also identify a question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from authz.client.faults import FieldViolation, InvalidQuestionError
from authz.context import GivenContext, read_context_values
from authz.raw_messages import with_raw_field
from authz.v1 import authz_pb2

Context = GivenContext
"""Condition keys and their values: `{"qcs:ip": "10.0.0.1", "qcs:resource_tag": ["dept&ops"]}`."""

_BATCH_BYTES = 1 << 20  # far below a server's limit of 4 MB
_KEPT = 512  # longest question in characters whose encoding is cached
_CHECK_TAG = b"\x0a"  # ExplainRequest.check: field 1, length-delimited
_RawBatch = with_raw_field("BatchCheckRequest", "checks")


class ListMode(IntEnum):
    """Which statements a list of resources considers; see the contract."""

    STRICT = 1
    CAM_COMPAT = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a batch."""

    principal: str
    action: str
    resource: str = "*"
    context: Context | None = None


def encode_question(principal: str, action: str, resource: str, context: Context | None) -> bytes:
    """A CheckRequest without a revision, the same bytes for the same question.

    Raises:
        InvalidQuestionError: if a value is not a string.
    """
    try:
        head = _encode_texts(principal, action, resource)
        return head if context is None else head + encode_context(context)
    except (TypeError, UnicodeError, AttributeError, ValueError) as error:
        raise _not_text(error) from None


def encode_context(context: Context | None) -> bytes:
    """CheckRequest.context, the same bytes for the same values; empty without a context.

    Raises:
        InvalidQuestionError: if a value is not a string; it names the key.
    """
    if context is None:
        return b""
    try:
        return authz_pb2.CheckRequest(context=_context_values(context)).SerializeToString(deterministic=True)
    except (TypeError, UnicodeError, AttributeError, ValueError) as error:
        raise _not_text(error, "context") from None


def encode_all(questions: Iterable[Question]) -> tuple[list[bytes], dict[int, InvalidQuestionError]]:
    """The questions that can be encoded, in order, and the errors of the others by index."""
    items: list[bytes] = []
    refused: dict[int, InvalidQuestionError] = {}
    for place, each in enumerate(questions):
        try:
            items.append(encode_question(each.principal, each.action, each.resource, each.context))
        except InvalidQuestionError as error:
            refused[place] = error
    return items, refused


def encode_revision(revision: str) -> bytes:
    """CheckRequest.at_least_revision, to be appended to a question.

    Raises:
        InvalidQuestionError: if a value is not a string.
    """
    try:
        return authz_pb2.CheckRequest(at_least_revision=revision).SerializeToString()
    except (TypeError, UnicodeError, ValueError) as error:
        raise _not_text(error, "at_least_revision") from None


def encode_batch(items: Sequence[bytes], revision: str) -> bytes:
    """A BatchCheckRequest of encoded questions.

    Raises:
        InvalidQuestionError: if the revision is not a string.
    """
    try:
        data: bytes = _RawBatch(checks=items, at_least_revision=revision).SerializeToString()
    except (TypeError, UnicodeError, ValueError) as error:
        raise _not_text(error, "at_least_revision") from None
    return data


def encode_listing(principal: str, action: str, context: Context | None, revision: str, mode: ListMode) -> bytes:
    """An AllowedResourcesRequest.

    Raises:
        InvalidQuestionError: if a value is not a string.
    """
    values = _context_values(context)
    try:
        return authz_pb2.AllowedResourcesRequest(
            principal=principal,
            action=action,
            context=values,
            at_least_revision=revision,
            mode=authz_pb2.ListMode.Name(mode),
        ).SerializeToString()
    except (TypeError, UnicodeError, AttributeError, ValueError) as error:
        raise _not_text(error) from None


def encode_explain(question: bytes) -> bytes:
    """An ExplainRequest around an encoded question."""
    return _CHECK_TAG + _varint(len(question)) + question


def split(items: Sequence[bytes], limit: int) -> Iterator[Sequence[bytes]]:
    """Split items into batches of at most `limit` items and a limited size in bytes."""
    if not items:
        return
    if len(items) <= limit and sum(map(len, items)) <= _BATCH_BYTES:
        yield items
        return
    start = size = 0
    for at, item in enumerate(items):
        if at > start and (at - start >= limit or size + len(item) > _BATCH_BYTES):
            yield items[start:at]
            start, size = at, 0
        size += len(item)
    yield items[start:]


def _encode_texts(principal: str, action: str, resource: str) -> bytes:
    """Encode the three strings of a question; short ones are cached, since they repeat in a busy backend."""
    is_short = len(principal) + len(action) + len(resource) <= _KEPT
    return (_known_texts if is_short else _texts)(principal, action, resource)


def _texts(principal: str, action: str, resource: str) -> bytes:
    who, what, on = principal.encode(), action.encode(), resource.encode()
    return b"".join((b"\x0a", _varint(len(who)), who, b"\x12", _varint(len(what)), what, b"\x1a", _varint(len(on)), on))


_known_texts = lru_cache(maxsize=16384)(_texts)


def _context_values(context: Context | None) -> dict[str, authz_pb2.ContextValue]:
    try:
        given = read_context_values(context)
    except TypeError as error:
        raise _not_text(error, "context") from None
    return {key: authz_pb2.ContextValue(values=values) for key, values in given.items()}


def _not_text(error: Exception, field: str = "question") -> InvalidQuestionError:
    message = f"{field}: expected strings: {error}"
    return InvalidQuestionError(message, [FieldViolation(field, str(error))])


@lru_cache(maxsize=4096)
def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
