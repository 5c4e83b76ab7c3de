"""For Python backends: typed clients of the sidecar, sync and asyncio, that fail closed.

The interceptors and the middleware that ask with them are in `authz.client.delegation`; the three that a backend
registers are here too, and loaded when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from authz.client.aio import AsyncClient
from authz.client.answers import (
    AllowedResources,
    ConditionTrace,
    ContextChange,
    Decision,
    Explanation,
    PolicyAddition,
    Reason,
    StatementRef,
    StatementTrace,
    Suggestion,
)
from authz.client.blocking import Client
from authz.client.faults import (
    FieldViolation,
    InvalidQuestionError,
    MalformedAnswerError,
    OverloadedError,
    SidecarFaultError,
    TimedOutError,
    UnavailableError,
)
from authz.client.questions import Context, ListMode, Question
from authz.client.settings import OnFailure
from authz.errors import ClientError

if TYPE_CHECKING:
    from authz.client.delegation import (
        AsyncAuthorizationInterceptor,
        AuthorizationInterceptor,
        AuthorizationMiddleware,
    )

__all__ = [
    "AllowedResources",
    "AsyncAuthorizationInterceptor",
    "AsyncClient",
    "AuthorizationInterceptor",
    "AuthorizationMiddleware",
    "Client",
    "ClientError",
    "ConditionTrace",
    "Context",
    "ContextChange",
    "Decision",
    "Explanation",
    "FieldViolation",
    "InvalidQuestionError",
    "ListMode",
    "MalformedAnswerError",
    "OnFailure",
    "OverloadedError",
    "PolicyAddition",
    "Question",
    "Reason",
    "SidecarFaultError",
    "StatementRef",
    "StatementTrace",
    "Suggestion",
    "TimedOutError",
    "UnavailableError",
]


def __getattr__(name: str) -> Any:
    """What takes part of a second to import, and not every client needs."""
    if name in {"AsyncAuthorizationInterceptor", "AuthorizationInterceptor", "AuthorizationMiddleware"}:
        return getattr(import_module("authz.client.delegation"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
