"""`authz check`: one decision, from a directory or a running server."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import click

from authz.cli.answer import remarks_of, show_answer, show_explanation
from authz.cli.asking import DirectoryOracle, Oracle, Question, ServerOracle
from authz.cli.failure import show_failure
from authz.cli.source_argument import policy_directory
from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.errors import AuthzError
from authz.insight.remarks import question_remarks
from authz.printable import printable
from authz.v1 import authz_pb2

_DENIED, _ERROR = 1, 2


def _text(_ctx: click.Context, _param: click.Parameter, text: str) -> str:
    """The text of an argument, which the system hands over as bytes."""
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise click.BadParameter(f"`{printable(text)}` is not UTF-8")
    return text


def _context(ctx: click.Context, param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"`{printable(pair)}` is not KEY=VALUE")
        found[_text(ctx, param, key)].append(_text(ctx, param, value))
    return {key: tuple(values) for key, values in found.items()}


@click.command("check")
@click.argument("principal", callback=_text)
@click.argument("action", callback=_text)
@click.argument("resource", callback=_text)
@click.option("--context", multiple=True, metavar="KEY=VALUE", callback=_context, help="A condition key; repeatable.")
@click.option("--source", metavar="DIRECTORY", callback=policy_directory, help="Decide on this policy directory.")
@click.option("--server", metavar="ADDR", help="Ask the sidecar at host:port or unix:/path.")
@click.option(
    "--proxy",
    default="",
    metavar="URL",
    help="Ask --server through this HTTP proxy; one that the environment names is never used.",
)
@click.option("--timeout", type=click.FloatRange(min=0), default=5.0, show_default=True, help="Seconds for --server.")
@click.option("--explain", "is_explained", is_flag=True, help="Tell every statement, and what would turn the decision.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
@click.pass_context
def check_command(
    ctx: click.Context,
    *,
    principal: str,
    action: str,
    resource: str,
    context: dict[str, tuple[str, ...]],
    source: Path | None,
    server: str | None,
    proxy: str,
    timeout: float,
    is_explained: bool,
    as_json: bool,
) -> None:
    """May PRINCIPAL perform ACTION on RESOURCE?

    \b
    PRINCIPAL  qcs::cam::uin/12345678:uin/100001, …:root or …:roleName/NAME
    ACTION     sms:SendSms or name/sms:SendSms
    RESOURCE   qcs::sms::uin/12345678:app/1400000001, or * for none

    Exit status: 0 allowed, 1 denied, 2 error.
    """  # noqa: D301 - click's mark for a block that is not wrapped
    if (source is None) == (server is None):
        raise click.UsageError("give either --source or --server")
    if proxy and server is None:
        raise click.UsageError("--proxy needs --server")
    question = Question(principal, action, resource, context)
    try:
        oracle: Oracle = DirectoryOracle(source) if source is not None else ServerOracle(str(server), timeout, proxy)
        ask = _explain if is_explained else _check
        is_allowed = ask(oracle, question, as_json=as_json)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)
    ctx.exit(0 if is_allowed else _DENIED)


def _check(oracle: Oracle, question: Question, *, as_json: bool) -> bool:
    response = oracle.check(question)
    show_answer(response, as_json=as_json, remarks=() if as_json else _remarks(oracle, question, response))
    return response.allowed


def _remarks(oracle: Oracle, question: Question, response: authz_pb2.CheckResponse) -> Iterable[str]:
    """What is doubtful about the question; only whoever decides knows which part of a caller is unknown."""
    try:
        if Reason(response.reason) is Reason.UNKNOWN_PRINCIPAL:
            return remarks_of(oracle.explain(question))
        request = parse_request(question.principal, question.action, question.resource, {})
        return question_remarks(request.action, request.resource)
    except AuthzError:  # the decision stands without them
        return ()


def _explain(oracle: Oracle, question: Question, *, as_json: bool) -> bool:
    response = oracle.explain(question)
    show_explanation(response, as_json=as_json)
    return response.response.allowed
