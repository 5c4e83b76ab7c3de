"""Every error this package raises on purpose, each class with a stable code.

Messages are lower case, quote what the user wrote in backticks, and say what would be right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from authz.printable import printable


class Severity(Enum):
    """How much a problem matters: an error refuses the text, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a policy document or an attachments file, with its place.

    `path` is the JSON path inside the text (`$.statement[0].action`); `line` and `column` count from 1,
    0 where no place is known; `file` is the name as the user would type it, empty for a bare text.
    """

    code: str
    message: str
    path: str = "$"
    file: str = ""
    line: int = 0
    column: int = 0
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """One line, whatever the texts of the file hold."""
        return printable(f"{self.file or '<policy>'}:{max(self.line, 1)}: {self.code}: {self.message}")


class AuthzError(Exception):
    """The root of the tree. `code` is stable and may be matched by programs."""

    code: ClassVar[str] = "InternalError"

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, for terminals and logs: none of these breaks a line, whatever texts of users are in it."""
        return (printable(str(self)),)


class InvalidRequestError(AuthzError):
    """A question that cannot be understood; `field` names the part of it that is malformed."""

    code = "InvalidParameter"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.reason = message


class InvalidPolicyError(AuthzError):
    """A policy document that CAM would refuse; all of its problems are collected before it is raised."""

    code = "InvalidParameter.PolicyDocumentError"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each problem."""
        return tuple(str(problem) for problem in self.problems)


class InvalidAccountError(AuthzError):
    """A version of an account that is refused as a whole, with every problem of all its files."""

    code = "InvalidAccount"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each problem."""
        return tuple(str(problem) for problem in self.problems)


class SourceError(AuthzError):
    """The place where accounts live cannot be read at all."""

    code = "SourceUnreadable"


class NotReadyError(AuthzError):
    """No account has been loaded yet, so nothing can be decided."""

    code = "NotReady"


class RevisionNotReachedError(AuthzError):
    """The revision that a request insists on was not in force before its deadline."""

    code = "RevisionNotReached"


class DrainingError(AuthzError):
    """The server is stopping and takes no new work on this stream."""

    code = "Draining"


class OverloadError(AuthzError):
    """More work is under way than is let in."""

    code = "RequestLimitExceeded"


class ForbiddenClientError(AuthzError):
    """The client's certificate bears no identity that may ask."""

    code = "ClientNotAllowed"


class UnknownServiceError(AuthzError):
    """The health of a service is asked for that is not here."""

    code = "UnknownService"


class CertificateError(AuthzError):
    """A certificate or key that cannot be used."""

    code = "CertificateUnusable"


class ListenError(AuthzError):
    """An address cannot be listened on."""

    code = "ListenFailed"


class MalformedTextError(AuthzError):
    """A text that is not the JSON or YAML it should be; `line` and `column` count from 1."""

    code = "MalformedText"

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class ClientError(AuthzError):
    """A question that no sidecar decided, as clients raise it. `reason` is the name that it has as a denial."""

    code = "NotDecided"
    reason: ClassVar[str] = "SIDECAR_FAULT"


class ConfigurationError(AuthzError):
    """What a backend was told to delegate does not fit the services it has; `faults` name everything that is wrong."""

    code = "InvalidConfiguration"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each fault."""
        return tuple(printable(fault) for fault in self.faults)


class DelegationError(AuthzError):
    """A call that a backend does not serve, because it is not allowed or nobody could decide it."""

    code = "CallRefused"
