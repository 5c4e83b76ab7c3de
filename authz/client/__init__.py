"""Typed clients of the sidecar for Python backends, blocking and asyncio, which fail closed.

The interceptors and the middleware of `authz.enforcement` use them.
"""

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

__all__ = [
    "AllowedResources",
    "AsyncClient",
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
