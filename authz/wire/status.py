"""From an error to its gRPC status, by one table."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from authz.errors import (
    AuthzError,
    DrainingError,
    ForbiddenClientError,
    InvalidRequestError,
    NotReadyError,
    OverloadError,
    RevisionNotReachedError,
    UnknownServiceError,
)

CODES: Mapping[type[AuthzError], int] = {
    AuthzError: code_pb2.INTERNAL,
    InvalidRequestError: code_pb2.INVALID_ARGUMENT,
    NotReadyError: code_pb2.UNAVAILABLE,
    RevisionNotReachedError: code_pb2.UNAVAILABLE,
    DrainingError: code_pb2.UNAVAILABLE,
    OverloadError: code_pb2.RESOURCE_EXHAUSTED,
    ForbiddenClientError: code_pb2.PERMISSION_DENIED,
    UnknownServiceError: code_pb2.NOT_FOUND,
}
"""An error class that is missing here has the code of its nearest base, in the end INTERNAL."""

# Messages quote callers' text. Clients accept 8 KiB of trailers, in which a character can take twelve bytes and occurs
# three times.
_MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Status:
    """A gRPC status; `details` is an encoded google.rpc.Status, empty if there are no details."""

    code: int
    message: str
    details: bytes = b""


def status_of(error: AuthzError) -> Status:
    """The status with which a call fails for `error`."""
    code = next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
    message = _cut(str(error))
    if isinstance(error, InvalidRequestError):
        return Status(code, message, _bad_request(code, message, error))
    return Status(code, message)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _bad_request(code: int, message: str, error: InvalidRequestError) -> bytes:
    violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=_cut(error.reason))
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    status = status_pb2.Status(code=code, message=message, details=[detail])
    return bytes(status.SerializeToString())
