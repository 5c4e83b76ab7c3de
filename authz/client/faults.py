"""The errors of a client, by the kind of failure between client and sidecar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from authz.errors import ClientError

_DETAILS = "grpc-status-details-bin"
_FIELDS = frozenset({"principal", "action", "resource", "context", "at_least_revision"})


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field of a question that the sidecar rejected; `field` is its name in the contract."""

    field: str
    description: str


class UnavailableError(ClientError):
    """No sidecar is reachable, or it has not loaded its policies or the required revision."""

    code = "SidecarUnavailable"
    reason = "SIDECAR_UNAVAILABLE"


class TimedOutError(ClientError):
    """The sidecar did not answer before the deadline."""

    code = "SidecarTimedOut"
    reason = "SIDECAR_TIMED_OUT"


class OverloadedError(ClientError):
    """The sidecar is overloaded; retry with a delay."""

    code = "SidecarOverloaded"
    reason = "SIDECAR_OVERLOADED"


class InvalidQuestionError(ClientError):
    """The question is malformed; `violations` name the fields."""

    code = "InvalidParameter"
    reason = "QUESTION_REFUSED"

    def __init__(self, message: str, violations: Sequence[FieldViolation] = ()) -> None:
        super().__init__(message)
        self.violations = tuple(violations)


class SidecarFaultError(ClientError):
    """The sidecar failed with an internal error, or does not implement this contract."""

    code = "SidecarFault"


class MalformedAnswerError(SidecarFaultError):
    """An answer is malformed."""

    code = "MalformedAnswer"


_KINDS: Mapping[grpc.StatusCode, type[ClientError]] = {
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.CANCELLED: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: TimedOutError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidQuestionError,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}


def may_retry(error: grpc.RpcError) -> bool:
    """Whether the call was rejected without an answer: a stopping server sends UNAVAILABLE or CANCELLED."""
    return error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def fault_of_call(error: grpc.RpcError) -> ClientError:
    """The error of a call that failed as a whole."""
    code, text = error.code(), error.details() or ""
    kind = _KINDS.get(code, SidecarFaultError)
    if kind is InvalidQuestionError:
        return InvalidQuestionError(text, _violations(error))
    return kind(text if kind is not SidecarFaultError else f"{code.name}: {text}")


def fault_of_item(code: int, message: str) -> ClientError:
    """The error of one item of a batch; its message starts with the field, since it carries no details."""
    kind = _KINDS.get(_CODES.get(code, grpc.StatusCode.UNKNOWN), SidecarFaultError)
    if kind is InvalidQuestionError:
        field, _, description = message.partition(": ")
        return InvalidQuestionError(message, [FieldViolation(field, description)] if field in _FIELDS else [])
    return kind(message)


def _violations(error: grpc.RpcError) -> list[FieldViolation]:
    """The field violations of google.rpc.BadRequest; none if the details cannot be decoded."""
    found: list[FieldViolation] = []
    metadata: Any = error.trailing_metadata() or ()  # pairs, although the stubs differ
    for key, value in metadata:
        if key != _DETAILS:
            continue
        bad = error_details_pb2.BadRequest()
        try:
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(bad):
                    found += [FieldViolation(each.field, each.description) for each in bad.field_violations]
        except DecodeError:
            continue
    return found
