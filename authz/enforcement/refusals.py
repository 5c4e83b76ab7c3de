"""The kinds of rejected calls, each with its gRPC status, its HTTP status and its error code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from authz.client.answers import Answer, Decision, Reason
from authz.client.faults import InvalidQuestionError, OverloadedError, TimedOutError, UnavailableError
from authz.errors import ClientError, EnforcementError

DOMAIN = "cam.authz"
DETAILS = "grpc-status-details-bin"
# Clients reject more than 8 kB of trailers, and encoding may triple the size of a text.
_MESSAGE_BYTES = 1500
_VALUE_BYTES = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a kind is reported: the gRPC status, the HTTP status and the code in a Tencent Cloud error body."""

    status: grpc.StatusCode
    http: int
    code: str


class RefusalKind(Enum):
    """Why a call is not served."""

    UNAUTHENTICATED = Outcome(grpc.StatusCode.UNAUTHENTICATED, 401, "AuthFailure")
    INVALID_REQUEST = Outcome(grpc.StatusCode.INVALID_ARGUMENT, 400, "InvalidParameter")
    DENIED = Outcome(grpc.StatusCode.PERMISSION_DENIED, 403, "UnauthorizedOperation")
    NOT_MAPPED = Outcome(grpc.StatusCode.PERMISSION_DENIED, 403, "UnauthorizedOperation.NotMapped")
    UNAVAILABLE = Outcome(grpc.StatusCode.UNAVAILABLE, 503, "ServiceUnavailable")
    FAULT = Outcome(grpc.StatusCode.INTERNAL, 500, "InternalError")


class CallRefusedError(EnforcementError):
    """A call that is rejected. `reason` is an upper-case name for programs; `facts` describe the decision."""

    def __init__(
        self, kind: RefusalKind, message: str, *, reason: str = "", facts: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(_cut(message, _MESSAGE_BYTES))
        self.kind = kind
        self.reason = reason or kind.name
        self.facts = {key: _cut(value, _VALUE_BYTES) for key, value in (facts or {}).items() if value}


def invalid_request(message: str) -> CallRefusedError:
    """The error of a request that cannot be checked."""
    return CallRefusedError(RefusalKind.INVALID_REQUEST, message)


def unauthenticated(message: str) -> CallRefusedError:
    """The error of a call without a valid principal."""
    return CallRefusedError(RefusalKind.UNAUTHENTICATED, message)


def fault() -> CallRefusedError:
    """The error of a defect, whose cause is in the log and not in the response."""
    return CallRefusedError(RefusalKind.FAULT, "the authorization of this call failed")


def unavailable(reason: str = "SIDECAR_TIMED_OUT") -> CallRefusedError:
    """The error of a call that was not decided in time."""
    return CallRefusedError(RefusalKind.UNAVAILABLE, "authorization is not available", reason=reason)


def refusal_of(answer: Answer, action: str, resource: str) -> CallRefusedError:
    """The error for an answer that does not allow `action` on `resource`."""
    if isinstance(answer, Decision):
        if answer.reason < 0:
            return _of_undecided(answer.reason)
        return CallRefusedError(
            RefusalKind.DENIED,
            answer.message or f"you are not authorized to perform operation ({action})",
            reason=answer.reason.name,
            facts={"action": action, "resource": resource, "revision": answer.revision, **_statement(answer)},
        )
    return refusal_of_fault(answer)


def refusal_of_fault(error: ClientError) -> CallRefusedError:
    """The error for a question that failed."""
    if isinstance(error, InvalidQuestionError):
        fields = {each.field for each in error.violations}
        if "principal" in fields:
            return unauthenticated("the principal is malformed")
        return invalid_request(str(error)) if fields & {"resource", "context"} else fault()
    if isinstance(error, UnavailableError | TimedOutError | OverloadedError):
        return unavailable(error.reason)
    return fault()


def status_details(refusal: CallRefusedError) -> bytes:
    """An encoded google.rpc.Status with google.rpc.ErrorInfo, for the trailer `grpc-status-details-bin`."""
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=refusal.facts))
    code: int = refusal.kind.value.status.value[0]
    return bytes(status_pb2.Status(code=code, message=str(refusal), details=[detail]).SerializeToString())


def _of_undecided(reason: Reason) -> CallRefusedError:
    """The error for a denial that the client made from a failure: a caller gets the failure, not a denial."""
    if reason in (Reason.SIDECAR_UNAVAILABLE, Reason.SIDECAR_TIMED_OUT, Reason.SIDECAR_OVERLOADED):
        return unavailable(reason.name)
    return fault()


def _statement(decision: Decision) -> dict[str, str]:
    found = decision.statement
    if found is None:
        return {}
    return {"policy": found.policy, "statement": str(found.index), "attached_to": found.attached_to}


def _cut(text: str, limit: int) -> str:
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[: limit - 3].decode("utf-8", "ignore") + "..."
