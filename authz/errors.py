"""The exceptions of this package, each with a stable code.

Messages begin in lower case, quote user input in backticks, and say what is expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from authz.printable import printable


class Severity(Enum):
    """The severity of a problem; only an error causes the text to be refused."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in a policy document or an attachments file, with its position.

    `path` is the JSON path inside the text (`$.statement[0].action`). `line` and `column` count from 1; 0 means
    unknown. `file` is the name of the file, empty if the text is not from a file.
    """

    code: str
    message: str
    path: str = "$"
    file: str = ""
    line: int = 0
    column: int = 0
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """The problem on one line; line breaks from the file are escaped."""
        return printable(f"{self.file or '<policy>'}:{max(self.line, 1)}: {self.code}: {self.message}")


class AuthzError(Exception):
    """The base class of all exceptions of this package; programs may rely on `code`."""

    code: str = "InternalError"

    @property
    def lines(self) -> tuple[str, ...]:
        """The message as lines for terminals and logs; line breaks from user input are escaped."""
        return (printable(str(self)),)


class InvalidRequestError(AuthzError):
    """A malformed request; `field` names the malformed field."""

    code = "InvalidParameter"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.reason = message


class InvalidPolicyError(AuthzError):
    """A policy document that CAM would refuse, with all of its problems."""

    code = "InvalidParameter.PolicyDocumentError"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each problem."""
        return tuple(str(problem) for problem in self.problems)


class InvalidAccountError(AuthzError):
    """A version of an account that is refused as a whole, with the problems of all its files."""

    code = "InvalidAccount"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each problem."""
        return tuple(str(problem) for problem in self.problems)


class SourceError(AuthzError):
    """The source of accounts cannot be read."""

    code = "SourceUnreadable"


class NotReadyError(AuthzError):
    """No policies have been loaded yet, so no request can be decided."""

    code = "NotReady"


class RevisionNotReachedError(AuthzError):
    """The revision that a request requires was not in force before the deadline."""

    code = "RevisionNotReached"


class DrainingError(AuthzError):
    """The server is stopping and accepts no new requests on this stream."""

    code = "Draining"


class OverloadError(AuthzError):
    """The server has reached its limit of concurrent work."""

    code = "RequestLimitExceeded"


class ForbiddenClientError(AuthzError):
    """The client's certificate contains no allowed identity."""

    code = "ClientNotAllowed"


class UnknownServiceError(AuthzError):
    """A health check names a service that the server does not have."""

    code = "UnknownService"


class CertificateError(AuthzError):
    """A certificate or key is not usable."""

    code = "CertificateUnusable"


class ListenError(AuthzError):
    """The server cannot listen on an address."""

    code = "ListenFailed"


class MalformedTextError(AuthzError):
    """A text is not valid JSON or YAML; `line` and `column` count from 1."""

    code = "MalformedText"

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class ClientError(AuthzError):
    """A client got no decision from a sidecar. `reason` is the name of the reason in a denial."""

    code = "NotDecided"
    reason: ClassVar[str] = "SIDECAR_FAULT"


class ConfigurationError(AuthzError):
    """The configured rules of a backend do not fit its services; `faults` lists every mismatch."""

    code = "InvalidConfiguration"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each fault."""
        return tuple(printable(fault) for fault in self.faults)


class EnforcementError(AuthzError):
    """A backend rejects a call that is denied or could not be decided."""

    code = "CallRefused"


class ControlError(AuthzError):
    """A use case of the control plane that is refused; nothing was changed.

    `code` is one of the error codes of the CAM API, `message` says what is wrong and what is expected.
    """

    code = "ControlRefused"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
