"""The command `authz policies`: presets and custom policies, their versions, and the policy generator."""

from dataclasses import asdict
from pathlib import Path

import click

from authz.cli.change_lines import time_text
from authz.cli.manage.generate import generate_policy
from authz.cli.manage.policy_text import policy_text
from authz.cli.manage.policy_views import policy_lines, policy_value
from authz.cli.manage.session import Session, on_database
from authz.cli.manage.tables import all_rows, table, yes_no
from authz.control.results import PolicyType
from authz.errors import SourceError

_SCOPES = {"all": "All", "custom": "Local", "preset": "QCS"}


@click.group("policies", short_help="Manage policies of a database.")
def policies_command() -> None:
    """Manage policies. POLICY is a name or an id."""


policies_command.add_command(generate_policy)


@policies_command.command("list")
@click.option(
    "--search",
    default="",
    metavar="TEXT",
    help="Show policies whose name contains this; presets also by service: `Instant Messaging`, in four languages.",
)
@click.option("--scope", type=click.Choice(list(_SCOPES)), default="all", show_default=True, help="Which policies.")
@on_database
def list_policies(session: Session, *, search: str, scope: str) -> None:
    """List the policies, presets first."""
    found = all_rows(
        lambda page, rp: session.plane.policies.list_policies(
            session.caller, rp=rp, page=page, scope=_SCOPES[scope], keyword=search
        )
    )
    rows = (
        (
            each.policy_id,
            each.policy_name,
            "preset" if each.policy_type is PolicyType.PRESET else "custom",
            each.attachments,
            each.description,
        )
        for each in found
    )
    session.show(
        {"policies": [asdict(each) for each in found]}, table(("id", "name", "type", "attached", "description"), rows)
    )


@policies_command.command("show")
@click.argument("policy")
@click.option("--version", "version_id", type=int, metavar="N", help="Show this version; default: the one in force.")
@click.option("--document", is_flag=True, help="Print the document alone.")
@on_database
def show_policy(session: Session, *, policy: str, version_id: int | None, document: bool) -> None:
    """Show a policy: its document, a plain sentence for each statement, and to what it is attached."""
    plane, caller = session.plane, session.caller
    detail = plane.policies.get_policy(caller, policy_id=plane.lookup.policy(caller, policy).number)
    text = detail.policy_document
    if version_id is not None:
        version = plane.versions.get_policy_version(caller, policy_id=detail.policy_id, version_id=version_id)
        text = version.document
    if document:
        session.show({"document": text}, iter([text]))
        return
    entities = all_rows(
        lambda page, rp: plane.attachments.list_entities_for_policy(
            caller, policy_id=detail.policy_id, page=page, rp=rp
        )
    )
    session.show(policy_value(detail, text, entities), policy_lines(detail, text, entities))


@policies_command.command("create")
@click.argument("name")
@click.argument("file", required=False)
@click.option("--copy-of", metavar="POLICY", help="Instead of FILE: the document of this policy, preset or custom.")
@click.option("--description", default="", help="At most 300 bytes.")
@on_database
def create_policy(session: Session, *, name: str, file: str | None, copy_of: str | None, description: str) -> None:
    """Create a custom policy from the document in FILE, - for standard input, or as a copy of another one."""
    if (file is None) == (copy_of is None):
        raise click.UsageError("expected either FILE or --copy-of")
    text = policy_text(file) if file is not None else _document(session, str(copy_of))
    policy_id = session.plane.policies.create_policy(
        session.caller, policy_name=name, policy_document=text, description=description
    )
    session.done(f"policy {name} is created with id {policy_id}", policy_id=policy_id)


@policies_command.command("template")
@click.argument("policy")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@on_database
def template(session: Session, *, policy: str, file: Path) -> None:
    """Write the document of any policy to a new FILE, to edit it and to create another policy from it."""
    text = _document(session, policy)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise SourceError(f"{file} exists already; give another file") from None
    except OSError as error:
        raise SourceError(f"cannot write {file}: {error.strerror}") from None
    session.show({"file": str(file)}, iter([f"the document of policy {policy} is in {file}"]))


@policies_command.command("update")
@click.argument("policy")
@click.argument("file", required=False)
@click.option("--name", help="Another name.")
@click.option("--description", help="At most 300 bytes.")
@on_database
def update_policy(
    session: Session, *, policy: str, file: str | None, name: str | None, description: str | None
) -> None:
    """Change a custom policy; the document of FILE, - for standard input, replaces that of the default version."""
    if file is None and name is None and description is None:
        raise click.UsageError("expected FILE, --name or --description")
    found = session.plane.lookup.policy(session.caller, policy)
    session.plane.policies.update_policy(
        session.caller,
        policy_id=found.number,
        policy_name=name,
        description=description,
        policy_document=None if file is None else policy_text(file),
    )
    session.done(f"policy {name or found.name} is changed", policy_id=found.number)


@policies_command.command("delete")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def delete_policies(session: Session, *, policies: tuple[str, ...]) -> None:
    """Delete custom policies with their versions, all of them or none. They are detached from all holders."""
    found = session.policies(policies)
    session.plane.policies.delete_policy(session.caller, policy_id=[each.number for each in found])
    session.granted(found, "deleted")


@policies_command.command("versions")
@click.argument("policy")
@on_database
def list_versions(session: Session, *, policy: str) -> None:
    """List the versions of a policy."""
    found = session.plane.lookup.policy(session.caller, policy)
    versions = session.plane.versions.list_policy_versions(session.caller, policy_id=found.number)
    value = [
        {"version_id": each.version_id, "create_date": each.create_date, "is_default": each.is_default_version}
        for each in versions
    ]
    rows = ((each.version_id, yes_no(each.is_default_version), time_text(each.create_date)) for each in versions)
    session.show({"versions": value}, table(("version", "in force", "created (UTC)"), rows))


@policies_command.command("add-version")
@click.argument("policy")
@click.argument("file")
@click.option("--set-default", "set_as_default", is_flag=True, help="Put it into force at once.")
@on_database
def add_version(session: Session, *, policy: str, file: str, set_as_default: bool) -> None:
    """Add a version from the document in FILE, - for standard input."""
    found = session.plane.lookup.policy(session.caller, policy)
    number = session.plane.versions.create_policy_version(
        session.caller, policy_id=found.number, policy_document=policy_text(file), set_as_default=set_as_default
    )
    session.done(f"policy {found.name} has version {number}", policy_id=found.number, version_id=number)


@policies_command.command("set-default")
@click.argument("policy")
@click.argument("version", type=int)
@on_database
def set_default(session: Session, *, policy: str, version: int) -> None:
    """Put a version of a policy into force."""
    found = session.plane.lookup.policy(session.caller, policy)
    session.plane.versions.set_default_policy_version(session.caller, policy_id=found.number, version_id=version)
    session.done(f"version {version} is the default one of policy {found.name}", policy_id=found.number)


@policies_command.command("delete-version")
@click.argument("policy")
@click.argument("versions", metavar="VERSION...", type=int, nargs=-1, required=True)
@on_database
def delete_versions(session: Session, *, policy: str, versions: tuple[int, ...]) -> None:
    """Delete versions that are not in force, all of them or none."""
    found = session.plane.lookup.policy(session.caller, policy)
    session.plane.versions.delete_policy_version(session.caller, policy_id=found.number, version_id=versions)
    numbers = ", ".join(map(str, versions))
    session.done(f"version {numbers} of policy {found.name} is deleted", policy_id=found.number)


def _document(session: Session, policy: str) -> str:
    found = session.plane.lookup.policy(session.caller, policy)
    return session.plane.policies.get_policy(session.caller, policy_id=found.number).policy_document
