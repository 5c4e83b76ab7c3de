"""One decision as the terminal shows it, wherever it was made."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from authz.engine.decision import Reason
from authz.engine.denial import denial_message
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.errors import AuthzError, SourceError
from authz.sources.directory import DirectorySource

_BECAUSE: Mapping[Reason, str] = {
    Reason.ROOT_ACCOUNT: "the root account may do everything with what it owns",
    Reason.ALLOWED: "an allow statement matches and no deny does",
    Reason.EXPLICIT_DENY: "a deny statement matches",
    Reason.NO_MATCHING_ALLOW: "no statement allows it",
    Reason.OUTSIDE_BOUNDARY: "the permissions boundary does not cover it",
    Reason.UNKNOWN_PRINCIPAL: "there is no such account, user or role",
    Reason.CROSS_ACCOUNT: "the resource belongs to another root account",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What the command line asks."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source or a server says; `policy` is empty where no statement decided."""

    allowed: bool
    reason: Reason
    policy: str
    index: int
    attached_to: str
    message: str
    revision: str

    def print(self, *, as_json: bool) -> None:
        """Write it to standard output."""
        click.echo(self._json() if as_json else self._lines())

    def _json(self) -> str:
        statement = {"policy": self.policy, "index": self.index, "attached_to": self.attached_to}
        return json.dumps(
            {
                "allowed": self.allowed,
                "reason": self.reason.name,
                "statement": statement if self.policy else None,
                "message": self.message,
                "revision": self.revision,
            },
            ensure_ascii=False,
        )

    def _lines(self) -> str:
        word = click.style("allowed", fg="green") if self.allowed else click.style("denied", fg="red")
        lines = [f"{word}: {_BECAUSE[self.reason]} ({self.reason.name})"]
        if self.policy:
            lines.append(f"  statement {self.index} of policy {self.policy}, attached to {self.attached_to}")
        if self.message:
            lines.append("  " + self.message.replace("\n", "\n  "))
        return "\n".join(lines)


def answer_from_directory(source: Path, question: Question) -> Answer:
    """Decide on the account of a policy directory that the principal belongs to.

    Raises:
        AuthzError: if the question is malformed or the account broken.
    """
    request = parse_request(question.principal, question.action, question.resource, question.context, time.time())
    directory = DirectorySource(source)
    look = directory.look()
    if not look.accounts:
        raise SourceError(f"no account found: expected {directory.missing('')}")
    accounts = [directory.load(key) for key in look.accounts]
    engine = Engine()
    engine.publish({account.uin: account for account in accounts}, (), 1)
    decision = engine.decide(request)
    ref = decision.statement
    return Answer(
        allowed=decision.allowed,
        reason=decision.reason,
        policy=ref.policy if ref else "",
        index=ref.index if ref else 0,
        attached_to=ref.attached_to if ref else "",
        message="" if decision.allowed else denial_message(request),
        revision="",
    )


def answer_from_server(address: str, question: Question, seconds: float) -> Answer:
    """Ask a running sidecar.

    Raises:
        AuthzError: with the server's words, if it gives no decision.
    """
    import grpc  # noqa: PLC0415 - it takes longer to import than a decision from a directory takes

    from authz.v1 import authz_pb2, authz_pb2_grpc  # noqa: PLC0415 - as above

    context = {key: authz_pb2.ContextValue(values=values) for key, values in question.context.items()}
    message = authz_pb2.CheckRequest(
        principal=question.principal, action=question.action, resource=question.resource, context=context
    )
    try:
        with grpc.insecure_channel(address, options=[("grpc.default_authority", "localhost")]) as channel:
            response = authz_pb2_grpc.AuthorizationServiceStub(channel).Check(message, timeout=seconds)  # type: ignore[no-untyped-call]
    except grpc.RpcError as error:
        raise _unanswered(error) from None
    return Answer(
        allowed=response.allowed,
        reason=Reason(response.reason),
        policy=response.statement.policy,
        index=response.statement.index,
        attached_to=response.statement.attached_to,
        message=response.message,
        revision=response.revision,
    )


def _unanswered(error: object) -> AuthzError:
    code = getattr(error, "code", lambda: None)()
    return AuthzError(f"{getattr(code, 'name', 'UNKNOWN')}: {getattr(error, 'details', lambda: error)()}")
