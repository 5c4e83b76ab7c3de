"""Tencent Cloud CAM authorization: policies, an engine that decides on them, and a gRPC sidecar around it."""

import logging

from authz.accounts.build import build_account
from authz.accounts.model import Account
from authz.app.embedded import Engine
from authz.engine.decision import Decision, Reason, StatementRef
from authz.engine.request import Request, parse_request
from authz.engine.snapshot import Snapshot
from authz.errors import (
    AuthzError,
    InvalidAccountError,
    InvalidPolicyError,
    InvalidRequestError,
    NotReadyError,
    Problem,
)
from authz.language.document import Effect, PolicyDocument
from authz.language.parse import parse_policy
from authz.version import __version__

__all__ = [
    "Account",
    "AuthzError",
    "Decision",
    "Effect",
    "Engine",
    "InvalidAccountError",
    "InvalidPolicyError",
    "InvalidRequestError",
    "NotReadyError",
    "PolicyDocument",
    "Problem",
    "Reason",
    "Request",
    "Snapshot",
    "StatementRef",
    "__version__",
    "build_account",
    "parse_policy",
    "parse_request",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until the program configures logging
