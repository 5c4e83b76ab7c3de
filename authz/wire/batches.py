"""Batches as bytes: split into the bytes of their items, and joined from the bytes of the answers.

An item's bytes are its question, so a batch finds the same cache entries as single checks do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from authz.errors import InvalidRequestError
from authz.v1 import authz_pb2
from authz.wire.questions import parse_revision

_RESPONSE_TAG = 0x0A  # BatchCheckResponse.results, BatchCheckResult.response: field 1, length-delimited


@dataclass(slots=True)
class Batch:
    """The items' bytes in order, and the revision that all answers must at least stand on (0: any)."""

    items: tuple[bytes, ...]
    at_least: int


def read_batch(data: bytes, limit: int) -> Batch:
    """Decode a BatchCheckRequest down to the bytes of its items.

    Raises:
        InvalidRequestError: for other bytes, or more than `limit` items.
    """
    message = authz_pb2.BatchCheckRequest()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise InvalidRequestError("request", "these bytes are no authz.v1.BatchCheckRequest") from None
    if len(message.checks) > limit:
        raise InvalidRequestError("checks", f"{len(message.checks)} checks in one batch, at most {limit} are taken")
    return Batch(tuple(map(_item, message.checks)), parse_revision(message.at_least_revision))


def _item(check: authz_pb2.CheckRequest) -> bytes:
    check.at_least_revision = ""  # not read for the single checks
    return check.SerializeToString(deterministic=True)


def write_result(answer: bytes) -> bytes:
    """One answered item, ready to be joined."""
    inner = bytes([_RESPONSE_TAG]) + _varint(len(answer)) + answer
    return bytes([_RESPONSE_TAG]) + _varint(len(inner)) + inner


def write_error(code: int, message: str) -> bytes:
    """One item that could not be answered, ready to be joined."""
    result = authz_pb2.BatchCheckResult(error=authz_pb2.CheckError(code=code, message=message))
    return authz_pb2.BatchCheckResponse(results=[result]).SerializeToString()


def write_batch(results: Iterable[bytes], revision: str) -> bytes:
    """The whole BatchCheckResponse."""
    return b"".join(results) + authz_pb2.BatchCheckResponse(revision=revision).SerializeToString()


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
