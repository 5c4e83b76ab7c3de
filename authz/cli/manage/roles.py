"""The command `authz roles`: roles, and who may assume each."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from authz.cli.change_lines import time_text
from authz.cli.manage.policy_text import policy_text
from authz.cli.manage.session import Session, on_database
from authz.cli.manage.tables import all_rows, fields, table
from authz.control.roles import DEFAULT_SESSION


@click.group("roles", short_help="Manage roles of a database.")
def roles_command() -> None:
    """Manage roles. ROLE is a name or an id, POLICY a name or an id."""


@roles_command.command("list")
@on_database
def list_roles(session: Session) -> None:
    """List the roles."""
    found = all_rows(lambda page, rp: session.plane.roles.describe_role_list(session.caller, page=page, rp=rp))
    rows = (
        (each.role_id, each.role_name, each.session_duration, time_text(each.add_time), each.description)
        for each in found
    )
    session.show(
        {"roles": [asdict(each) for each in found]},
        table(("id", "name", "session (s)", "created (UTC)", "description"), rows),
    )


@roles_command.command("show")
@click.argument("role")
@on_database
def show_role(session: Session, *, role: str) -> None:
    """Show a role: who may assume it, its policies and boundary."""
    plane, caller = session.plane, session.caller
    role_id = plane.lookup.role(caller, role).id
    detail = plane.roles.get_role(caller, role_id=role_id)
    policies = all_rows(
        lambda page, rp: plane.attachments.list_attached_role_policies(caller, role_id=role_id, page=page, rp=rp)
    )
    boundary = plane.boundaries.get_role_permission_boundary(caller, role_id=role_id)
    limit = "" if boundary is None else boundary.policy_name

    def lines() -> Iterator[str]:
        yield from fields(
            (
                ("id", detail.role_id),
                ("name", detail.role_name),
                ("arn", detail.role_arn),
                ("description", detail.description),
                ("session", f"{detail.session_duration} s"),
                ("created (UTC)", time_text(detail.add_time)),
                ("tags", ", ".join(f"{tag.key}={tag.value}" for tag in detail.tags)),
                ("policies", ", ".join(each.policy_name for each in policies)),
                ("boundary", limit),
                ("trust", detail.policy_document),
            )
        )

    more = {"policies": [asdict(each) for each in policies], "boundary": limit or None}
    session.show(asdict(detail) | more, lines())


@roles_command.command("create")
@click.argument("name")
@click.option("--trust", metavar="FILE", help="File of the trust policy, - for standard input.")
@click.option("--trust-account", metavar="UIN", help="Instead of --trust: any principal of this root account.")
@click.option("--description", default="", help="At most 300 bytes.")
@click.option(
    "--session-duration", type=int, default=DEFAULT_SESSION, show_default=True, help="Longest session in seconds."
)
@on_database
def create_role(session: Session, *, name: str, trust: str | None, trust_account: str | None, **more: Any) -> None:
    """Create a role, which principals assume that its trust policy names."""
    if (trust is None) == (trust_account is None):
        raise click.UsageError("expected either --trust or --trust-account")
    text = _trust_of(str(trust_account)) if trust is None else policy_text(trust)
    role_id = session.plane.roles.create_role(session.caller, role_name=name, policy_document=text, **more)
    session.done(f"role {name} is created with id {role_id}", role_id=role_id)


def _trust_of(account: str) -> str:
    principal = {"qcs": [f"qcs::cam::uin/{account}:root"]}
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": principal}
    return json.dumps({"version": "2.0", "statement": [statement]})


@roles_command.command("trust")
@click.argument("role")
@click.argument("file")
@on_database
def change_trust(session: Session, *, role: str, file: str) -> None:
    """Change the trust policy of a role to that of FILE, - for standard input."""
    found = session.plane.lookup.role(session.caller, role)
    session.plane.roles.update_assume_role_policy(session.caller, policy_document=policy_text(file), role_id=found.id)
    session.done(f"the trust policy of role {found.name} is changed", role_id=found.id)


@roles_command.command("delete")
@click.argument("role")
@on_database
def delete_role(session: Session, *, role: str) -> None:
    """Delete a role with its attachments; its sessions end at once."""
    found = session.plane.lookup.role(session.caller, role)
    session.plane.roles.delete_role(session.caller, role_id=found.id)
    session.done(f"role {found.name} ({found.id}) is deleted", role_id=found.id)


@roles_command.command("attach")
@click.argument("role")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def attach(session: Session, *, role: str, policies: tuple[str, ...]) -> None:
    """Attach policies to a role; what is attached already stays."""
    found = session.plane.lookup.role(session.caller, role)
    named = session.policies(policies)
    for each in named:
        session.plane.attachments.attach_role_policy(session.caller, policy_id=each.number, attach_role_id=found.id)
    session.granted(named, f"attached to role {found.name}")


@roles_command.command("detach")
@click.argument("role")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def detach(session: Session, *, role: str, policies: tuple[str, ...]) -> None:
    """Detach policies from a role."""
    found = session.plane.lookup.role(session.caller, role)
    named = session.policies(policies)
    for each in named:
        session.plane.attachments.detach_role_policy(session.caller, policy_id=each.number, detach_role_id=found.id)
    session.granted(named, f"detached from role {found.name}")


@roles_command.command("boundary")
@click.argument("role")
@click.argument("policy", required=False)
@click.option("--clear", is_flag=True, help="Take the boundary away.")
@on_database
def boundary(session: Session, *, role: str, policy: str | None, clear: bool) -> None:
    """Set the permissions boundary of a role, which limits what its policies can allow."""
    if clear == (policy is not None):
        raise click.UsageError("expected either POLICY or --clear")
    found = session.plane.lookup.role(session.caller, role)
    boundaries = session.plane.boundaries
    if policy is None:
        boundaries.delete_role_permissions_boundary(session.caller, role_id=found.id)
        session.done(f"role {found.name} has no boundary", role_id=found.id)
        return
    named = session.plane.lookup.policy(session.caller, policy)
    boundaries.put_role_permissions_boundary(session.caller, policy_id=named.number, role_id=found.id)
    session.done(f"policy {named.name} is the boundary of role {found.name}", policy_id=named.number)
