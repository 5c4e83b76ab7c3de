"""The ways in which a command gets decisions: on the accounts of a source, or from a running sidecar."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from authz.accounts.model import Account
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.errors import AuthzError, SourceError
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.explain import Explainer
from authz.printable import printable
from authz.sources.directory.source import DirectorySource
from authz.sources.opening import database_driver
from authz.store.url import DatabaseUrl
from authz.v1 import authz_pb2


@dataclass(frozen=True, slots=True)
class Question:
    """The question given on the command line."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]

    def message(self) -> authz_pb2.CheckRequest:
        """The question as a protobuf message."""
        context = {key: authz_pb2.ContextValue(values=values) for key, values in self.context.items()}
        return authz_pb2.CheckRequest(
            principal=self.principal, action=self.action, resource=self.resource, context=context
        )


class Decider(Protocol):
    """Answers questions; both methods raise AuthzError if there is no answer."""

    def check(self, question: Question) -> authz_pb2.CheckResponse:
        """The decision."""

    def explain(self, question: Question) -> authz_pb2.ExplainResponse:
        """The decision and what led to it."""


def directory_accounts(source: Path) -> list[Account]:
    """All accounts of a policy directory.

    Raises:
        SourceError: if it cannot be read, or contains no account.
        InvalidAccountError: if one of them is invalid.
    """
    directory = DirectorySource(source)
    keys = directory.inventory().keys
    if not keys:
        raise SourceError(f"no account found: expected {directory.name_of('')}")
    return [directory.load(key) for key in keys]


def database_accounts(url: DatabaseUrl, question: Question, moment: str | None) -> list[Account]:
    """The account of the question's principal, if it exists: at a revision, at an ISO 8601 time, or now.

    Raises:
        InvalidRequestError: if the principal is malformed.
        SourceError: if the database cannot be read, or has not reached the revision.
        InvalidAccountError: if the account is invalid.
    """
    uin = parse_request(question.principal, question.action, question.resource, {}).principal.account
    with database_driver():
        from authz.sources.database.state import Moment, read_account  # noqa: PLC0415 - a directory needs no driver
    account = read_account(url, uin, Moment() if moment is None else Moment(*_moment(moment)))
    return [] if account is None else [account]


def _moment(text: str) -> tuple[int | None, float | None]:
    """The revision or the time that a text gives; the other one is None. A time without zone is in UTC."""
    if text.isascii() and text.isdigit():
        return int(text), None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        message = f"`{printable(text)}` is neither a revision nor a time; expected 123 or 2026-01-31T12:00:00Z"
        raise SourceError(message) from None
    return None, (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


class LocalDecider:
    """Decides on accounts with the code of the sidecar."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        engine = Engine()
        engine.publish({account.uin: account for account in accounts}, (), 1)
        self._checker = Checker(engine, DecisionCache(0))
        self._explainer = Explainer(engine)

    def check(self, question: Question) -> authz_pb2.CheckResponse:
        """The decision."""
        response = authz_pb2.CheckResponse.FromString(self._checker.check(question.message().SerializeToString()))
        response.ClearField("revision")  # revisions exist on a running sidecar only
        return response

    def explain(self, question: Question) -> authz_pb2.ExplainResponse:
        """The decision and what led to it."""
        request = authz_pb2.ExplainRequest(check=question.message())
        response = authz_pb2.ExplainResponse.FromString(self._explainer.explain(request.SerializeToString()))
        response.response.ClearField("revision")
        return response


class ServerDecider:
    """Asks the sidecar at an address, waiting at most `seconds` for each answer, through `proxy` unless it is empty."""

    def __init__(self, address: str, seconds: float, proxy: str = "") -> None:
        self._address = address
        self._seconds = seconds
        self._proxy = proxy

    def check(self, question: Question) -> authz_pb2.CheckResponse:
        """The decision."""
        response: authz_pb2.CheckResponse = self._ask(lambda stub: stub.Check, question.message())
        return response

    def explain(self, question: Question) -> authz_pb2.ExplainResponse:
        """The decision and what led to it."""
        request = authz_pb2.ExplainRequest(check=question.message())
        response: authz_pb2.ExplainResponse = self._ask(lambda stub: stub.Explain, request)
        return response

    def _ask(self, method: Callable[[Any], Any], request: Any) -> Any:
        import grpc  # noqa: PLC0415 - importing it takes longer than deciding on a directory does

        from authz.client.channels import open_channel  # noqa: PLC0415 - as above
        from authz.v1 import authz_pb2_grpc  # noqa: PLC0415 - as above

        try:
            with open_channel(self._address, proxy=self._proxy) as channel:
                stub = authz_pb2_grpc.AuthorizationServiceStub(channel)  # type: ignore[no-untyped-call]
                return method(stub)(request, timeout=self._seconds)
        except grpc.RpcError as error:
            raise AuthzError(_unanswered(error)) from None
        except ValueError as error:  # the address is malformed
            raise AuthzError(str(error)) from None


def _unanswered(error: Any) -> str:
    """The status code and the message of a failed call."""
    return f"{error.code().name}: {error.details()}"
