"""The command `authz check`, which prints one decision on a source or of a running sidecar."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import click

from authz.accounts.model import Account
from authz.cli.answer import remarks_of, show_answer, show_explanation
from authz.cli.decider import (
    Decider,
    LocalDecider,
    Question,
    ServerDecider,
    database_accounts,
    directory_accounts,
)
from authz.cli.failure import show_failure
from authz.cli.source_argument import source_address
from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.errors import AuthzError
from authz.insight.remarks import question_remarks
from authz.printable import printable
from authz.sources.opening import SourceAddress
from authz.v1 import authz_pb2

_DENIED, _ERROR = 1, 2


def _text(_ctx: click.Context, _param: click.Parameter, text: str) -> str:
    """An argument as text; the operating system passes bytes, which may not be UTF-8."""
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise click.BadParameter(f"`{printable(text)}` is not valid UTF-8")
    return text


def _context(ctx: click.Context, param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"`{printable(pair)}` is not `KEY=VALUE`")
        found[_text(ctx, param, key)].append(_text(ctx, param, value))
    return {key: tuple(values) for key, values in found.items()}


@click.command("check")
@click.argument("principal", callback=_text)
@click.argument("action", callback=_text)
@click.argument("resource", callback=_text)
@click.option(
    "--context",
    multiple=True,
    metavar="KEY=VALUE",
    callback=_context,
    help="A condition key and its value; repeatable.",
)
@click.option("--source", metavar="SOURCE", callback=source_address, help="A policy directory or a database URL.")
@click.option(
    "--at",
    "moment",
    metavar="REVISION|TIME",
    help="Decide as of this revision or time (2026-01-31T12:00:00Z) of the database given as --source.",
)
@click.option("--server", metavar="ADDR", help="Ask the sidecar at host:port or unix:/path.")
@click.option(
    "--proxy",
    default="",
    metavar="URL",
    help="Connect to --server through this HTTP proxy. Proxies named in the environment are ignored.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    help="Seconds to wait for the answer of --server.",
)
@click.option(
    "--explain", "is_explained", is_flag=True, help="Show every statement considered and how to change the outcome."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
@click.pass_context
def check_command(
    ctx: click.Context,
    *,
    principal: str,
    action: str,
    resource: str,
    context: dict[str, tuple[str, ...]],
    source: SourceAddress | None,
    moment: str | None,
    server: str | None,
    proxy: str,
    timeout: float,
    is_explained: bool,
    as_json: bool,
) -> None:
    """Decide whether PRINCIPAL may perform ACTION on RESOURCE.

    \b
    PRINCIPAL  qcs::cam::uin/12345678:uin/100001, …:root or …:roleName/NAME
    ACTION     sms:SendSms or name/sms:SendSms
    RESOURCE   qcs::sms::uin/12345678:app/1400000001, or * for no particular resource

    Exit status: 0 allowed, 1 denied, 2 error.
    """  # noqa: D301 - click's mark for a block that is not wrapped
    if (source is None) == (server is None):
        raise click.UsageError("expected either --source or --server")
    if moment is not None and (source is None or isinstance(source, Path)):
        raise click.UsageError("--at needs --source with the URL of a database")
    if proxy and server is None:
        raise click.UsageError("--proxy needs --server")
    question = Question(principal, action, resource, context)
    try:
        decider: Decider = (
            ServerDecider(str(server), timeout, proxy)
            if source is None
            else LocalDecider(_accounts(source, question, moment))
        )
        ask = _explain if is_explained else _check
        is_allowed = ask(decider, question, as_json=as_json)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)
    ctx.exit(0 if is_allowed else _DENIED)


def _accounts(source: SourceAddress, question: Question, moment: str | None) -> list[Account]:
    return directory_accounts(source) if isinstance(source, Path) else database_accounts(source, question, moment)


def _check(decider: Decider, question: Question, *, as_json: bool) -> bool:
    response = decider.check(question)
    show_answer(response, as_json=as_json, remarks=() if as_json else _remarks(decider, question, response))
    return response.allowed


def _remarks(decider: Decider, question: Question, response: authz_pb2.CheckResponse) -> Iterable[str]:
    """Remarks on the question; only the decider knows which part of an unknown principal is unknown."""
    try:
        if Reason(response.reason) is Reason.UNKNOWN_PRINCIPAL:
            return remarks_of(decider.explain(question))
        request = parse_request(question.principal, question.action, question.resource, {})
        return question_remarks(request.action, request.resource)
    except AuthzError:  # remarks are optional
        return ()


def _explain(decider: Decider, question: Question, *, as_json: bool) -> bool:
    response = decider.explain(question)
    show_explanation(response, as_json=as_json)
    return response.response.allowed
