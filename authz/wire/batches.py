"""Batches as bytes: split into the bytes of their items, and joined from the bytes of the answers.

The bytes of an item are those of a CheckRequest, so a batch finds the same cache entries as single checks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from authz.errors import InvalidRequestError
from authz.raw_messages import with_raw_field
from authz.v1 import authz_pb2
from authz.wire.fields import bytes_field
from authz.wire.questions import parse_revision


def _result_head(size: int) -> bytes:
    """The bytes that precede an answer of `size` bytes in a batch."""
    answer = bytes(size)
    return bytes_field(1, bytes_field(1, answer)).removesuffix(answer)


_RESULTS = [_result_head(size) for size in range(1024)]  # about as long as answers are
_RawBatch = with_raw_field("BatchCheckRequest", "checks")


@dataclass(slots=True)
class Batch:
    """The bytes of the items in order, and the earliest revision that the answers may come from (0: any)."""

    items: Sequence[bytes]
    at_least: int


def read_batch(data: bytes, limit: int) -> Batch:
    """Split a BatchCheckRequest into the bytes of its items.

    Raises:
        InvalidRequestError: if `data` is not a BatchCheckRequest or has more than `limit` items.
    """
    message = _RawBatch()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise InvalidRequestError("request", "request is not a valid authz.v1.BatchCheckRequest") from None
    if len(message.checks) > limit:
        raise InvalidRequestError("checks", f"{len(message.checks)} checks in one batch; at most {limit} are allowed")
    return Batch(message.checks, parse_revision(message.at_least_revision))


def write_result(answer: bytes) -> bytes:
    """Encode one answered item for joining: BatchCheckResponse.results and BatchCheckResult.response are fields 1."""
    size = len(answer)
    return _RESULTS[size] + answer if size < len(_RESULTS) else bytes_field(1, bytes_field(1, answer))


def write_error(code: int, message: str) -> bytes:
    """Encode one item that could not be answered, for joining."""
    result = authz_pb2.BatchCheckResult(error=authz_pb2.CheckError(code=code, message=message))
    return authz_pb2.BatchCheckResponse(results=[result]).SerializeToString()


def write_batch(results: Iterable[bytes], revision: str) -> bytes:
    """Join the encoded items into a BatchCheckResponse."""
    return b"".join(results) + authz_pb2.BatchCheckResponse(revision=revision).SerializeToString()
