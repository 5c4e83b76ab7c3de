"""The command `authz groups`: user groups, whose policies reach each member."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from authz.cli.change_lines import time_text
from authz.cli.manage.session import Session, on_database
from authz.cli.manage.tables import all_rows, fields, table
from authz.control.groups import GroupMember
from authz.control.lookup import Named


@click.group("groups", short_help="Manage user groups of a database.")
def groups_command() -> None:
    """Manage user groups. GROUP is a name or an id, USER a name or a uin, POLICY a name or an id."""


@groups_command.command("list")
@click.option("--search", default="", metavar="TEXT", help="Show groups whose name contains this.")
@on_database
def list_groups(session: Session, *, search: str) -> None:
    """List the groups."""
    found = all_rows(
        lambda page, rp: session.plane.groups.list_groups(session.caller, page=page, rp=rp, keyword=search)
    )
    rows = ((each.group_id, each.group_name, time_text(each.create_time), each.remark) for each in found)
    session.show({"groups": [asdict(each) for each in found]}, table(("id", "name", "created (UTC)", "remark"), rows))


@groups_command.command("show")
@click.argument("group")
@on_database
def show_group(session: Session, *, group: str) -> None:
    """Show a group: its members and policies."""
    plane, caller = session.plane, session.caller
    detail = plane.groups.get_group(caller, group_id=plane.lookup.group(caller, group).number)
    policies = all_rows(
        lambda page, rp: plane.attachments.list_attached_group_policies(
            caller, target_group_id=detail.group_id, page=page, rp=rp
        )
    )

    def lines() -> Iterator[str]:
        yield from fields(
            (
                ("id", detail.group_id),
                ("name", detail.group_name),
                ("remark", detail.remark),
                ("created (UTC)", time_text(detail.create_time)),
                ("members", ", ".join(each.name or each.uin for each in detail.members)),
                ("policies", ", ".join(each.policy_name for each in policies)),
            )
        )

    session.show(asdict(detail) | {"policies": [asdict(each) for each in policies]}, lines())


@groups_command.command("create")
@click.argument("name")
@click.option("--remark", default="", help="A remark of at most 300 bytes.")
@on_database
def create_group(session: Session, *, name: str, remark: str) -> None:
    """Create a group."""
    group_id = session.plane.groups.create_group(session.caller, group_name=name, remark=remark)
    session.done(f"group {name} is created with id {group_id}", group_id=group_id)


@groups_command.command("update")
@click.argument("group")
@click.option("--name", help="Another name.")
@click.option("--remark", help="A remark of at most 300 bytes.")
@on_database
def update_group(session: Session, *, group: str, name: str | None, remark: str | None) -> None:
    """Rename a group or change its remark."""
    found = session.plane.lookup.group(session.caller, group)
    session.plane.groups.update_group(session.caller, group_id=found.number, group_name=name, remark=remark)
    session.done(f"group {name or found.name} is changed", group_id=found.number)


@groups_command.command("delete")
@click.argument("group")
@on_database
def delete_group(session: Session, *, group: str) -> None:
    """Delete a group with its attachments; its members stay users."""
    found = session.plane.lookup.group(session.caller, group)
    session.plane.groups.delete_group(session.caller, group_id=found.number)
    session.done(f"group {found.name} ({found.id}) is deleted", group_id=found.number)


@groups_command.command("add")
@click.argument("group")
@click.argument("users", metavar="USER...", nargs=-1, required=True)
@on_database
def add_users(session: Session, *, group: str, users: tuple[str, ...]) -> None:
    """Put users into a group, all of them or none."""
    found, members = _members(session, group, users)
    session.plane.groups.add_user_to_group(session.caller, info=_info(found, members))
    session.done(f"{_names(members)} in group {found.name}", group_id=found.number)


@groups_command.command("remove")
@click.argument("group")
@click.argument("users", metavar="USER...", nargs=-1, required=True)
@on_database
def remove_users(session: Session, *, group: str, users: tuple[str, ...]) -> None:
    """Take users out of a group, all of them or none."""
    found, members = _members(session, group, users)
    session.plane.groups.remove_user_from_group(session.caller, info=_info(found, members))
    session.done(f"{_names(members)} not in group {found.name}", group_id=found.number)


@groups_command.command("attach")
@click.argument("group")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def attach(session: Session, *, group: str, policies: tuple[str, ...]) -> None:
    """Attach policies to a group; what is attached already stays."""
    found = session.plane.lookup.group(session.caller, group)
    named = session.policies(policies)
    for each in named:
        session.plane.attachments.attach_group_policy(
            session.caller, policy_id=each.number, attach_group_id=found.number
        )
    session.granted(named, f"attached to group {found.name}")


@groups_command.command("detach")
@click.argument("group")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def detach(session: Session, *, group: str, policies: tuple[str, ...]) -> None:
    """Detach policies from a group."""
    found = session.plane.lookup.group(session.caller, group)
    named = session.policies(policies)
    for each in named:
        session.plane.attachments.detach_group_policy(
            session.caller, policy_id=each.number, detach_group_id=found.number
        )
    session.granted(named, f"detached from group {found.name}")


def _members(session: Session, group: str, users: tuple[str, ...]) -> tuple[Named, list[Named]]:
    lookup = session.plane.lookup
    return lookup.group(session.caller, group), [lookup.user(session.caller, each) for each in users]


def _info(group: Named, members: list[Named]) -> list[GroupMember]:
    return [GroupMember(group.number, each.id) for each in members]


def _names(members: list[Named]) -> str:
    names = ", ".join(each.name or each.id for each in members)
    return f"user {names} is" if len(members) == 1 else f"users {names} are"
