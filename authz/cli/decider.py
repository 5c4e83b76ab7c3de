"""The two ways in which a command gets decisions: from a policy directory or from a running sidecar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from authz.engine.live import Engine
from authz.errors import AuthzError, SourceError
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.explain import Explainer
from authz.sources.directory.source import DirectorySource
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


class DirectoryDecider:
    """Decides from a policy directory with the code of the sidecar; a broken account raises AuthzError."""

    def __init__(self, source: Path) -> None:
        directory = DirectorySource(source)
        keys = directory.inventory().keys
        if not keys:
            raise SourceError(f"no account found: expected {directory.name_of('')}")
        accounts = [directory.load(key) for key in keys]
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
