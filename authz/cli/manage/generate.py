"""The command `authz policies generate`: the policy generator, as a conversation or by options."""

import sys
import time
from collections import defaultdict
from collections.abc import Sequence

import click

from authz.cli.manage.choice import ask, confirm
from authz.cli.manage.interview import Interview
from authz.cli.manage.policy_views import document_lines
from authz.cli.manage.session import Session, on_database
from authz.control.generator import (
    ChosenCondition,
    ChosenStatement,
    GeneratedPolicy,
    default_policy_name,
    generate,
)
from authz.control.policies import BY_GENERATOR
from authz.printable import printable

_FOUR = (str, str, str, str)


@click.command("generate")
@click.option(
    "--statement",
    "statements",
    type=_FOUR,
    multiple=True,
    metavar="EFFECT SERVICE ACTIONS RESOURCES",
    help="A statement: allow or deny, a service, its actions (or *) and resources (or *), "
    "each separated by commas. Repeatable.",
)
@click.option(
    "--condition",
    "conditions",
    type=(int, str, str, str),
    multiple=True,
    metavar="N OPERATOR KEY VALUES",
    help="A condition of the Nth statement; its values are separated by commas. Repeatable.",
)
@click.option("--name", help="Name of the policy; default: policygen- and the time.")
@click.option("--description", default="", help="At most 300 bytes.")
@click.option("--dry-run", is_flag=True, help="Print the document, and create nothing.")
@click.option("--interactive", is_flag=True, help="Ask for the statements; the default on a terminal.")
@on_database
def generate_policy(
    session: Session,
    *,
    statements: Sequence[tuple[str, str, str, str]],
    conditions: Sequence[tuple[int, str, str, str]],
    name: str | None,
    description: str,
    dry_run: bool,
    interactive: bool,
) -> None:
    """Generate a policy from its statements, checked against the catalogue, with a plain sentence for each.

    \b
    authz policies generate --on URL --name im-app \\
        --statement allow im '*' qcs::im::uin/12345678:sdkappid/1400000001 \\
        --statement deny im RemoveUser qcs::im::uin/12345678:sdkappid/1400000001
    """  # noqa: D301 - click's mark for a block that is not wrapped
    account = session.caller.account
    app_id = session.plane.summary.get_user_app_id(session.caller).app_id
    is_asked = interactive or (not statements and sys.stdin.isatty())
    if not is_asked and not statements:
        raise click.UsageError("expected --statement, or --interactive")
    if is_asked:
        policy = Interview(account, app_id).policy()
    else:
        policy = generate(_chosen(statements, conditions), account, app_id)
    name = name or default_policy_name(time.time())
    if is_asked and not dry_run:
        _show(policy)
        name = ask("Name", default=name)
        dry_run = not confirm("Create it?", default=True)
    value = {"document": policy.document, "sentences": list(policy.sentences)}
    if dry_run:
        session.show(value, iter([*_sentences(policy), *document_lines(policy.document)]))
        return
    policy_id = session.plane.policies.create_policy(
        session.caller,
        policy_name=name,
        policy_document=policy.document,
        description=description,
        create_mode=BY_GENERATOR,
    )
    if not session.as_json and not is_asked:
        for line in _sentences(policy):
            click.echo(line)
    session.done(f"policy {name} is created with id {policy_id}", policy_id=policy_id, policy_name=name, **value)


def _chosen(
    statements: Sequence[tuple[str, str, str, str]], conditions: Sequence[tuple[int, str, str, str]]
) -> list[ChosenStatement]:
    found: defaultdict[int, list[ChosenCondition]] = defaultdict(list)
    for number, operator, key, values in conditions:
        if not 1 <= number <= len(statements):
            raise click.UsageError(f"--condition {number}: there are {len(statements)} statements")
        found[number].append(ChosenCondition(operator, key, _parts(values)))
    return [
        ChosenStatement(effect, service, _parts(actions), _parts(resources), tuple(found[number]))
        for number, (effect, service, actions, resources) in enumerate(statements, 1)
    ]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _sentences(policy: GeneratedPolicy) -> list[str]:
    return [f"{at}. {printable(sentence)}" for at, sentence in enumerate(policy.sentences, 1)]


def _show(policy: GeneratedPolicy) -> None:
    for line in (*_sentences(policy), *document_lines(policy.document)):
        click.echo(line, err=True)
