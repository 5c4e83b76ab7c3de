"""The command `authz users`: sub-accounts, made, granted and revoked by hand."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from authz.cli.change_lines import time_text
from authz.cli.manage.handover import CredentialsFile, credentials_option, hand_over
from authz.cli.manage.session import Session, on_database
from authz.cli.manage.tables import all_rows, fields, table, yes_no
from authz.control.attached_lists import BOTH
from authz.control.credentials import Credentials, login_link
from authz.control.errors import ControlError
from authz.control.lookup import Named
from authz.control.passwords import generate_password
from authz.control.users import UserFields

_HAVE_KEYS = "OperationDenied.HaveKeys"
_CONSOLE = "http://127.0.0.1:8080"


@click.group("users", short_help="Manage sub-accounts of a database.")
def users_command() -> None:
    """Manage sub-accounts. USER is a name or a uin, POLICY a name or an id."""


@users_command.command("list")
@click.option("--search", default="", metavar="TEXT", help="Show users whose name, uin or remark contains this.")
@on_database
def list_users(session: Session, *, search: str) -> None:
    """List the users."""
    wanted = search.casefold()
    found = [
        user
        for user in session.plane.users.list_users(session.caller)
        if any(wanted in text.casefold() for text in (user.name, user.uin, user.remark))
    ]
    rows = (
        (each.uin, each.name, yes_no(each.console_login), time_text(each.create_time), each.remark) for each in found
    )
    session.show(
        {"users": [asdict(each) for each in found]}, table(("uin", "name", "console", "created (UTC)", "remark"), rows)
    )


@users_command.command("show")
@click.argument("user")
@on_database
def show_user(session: Session, *, user: str) -> None:
    """Show a user: its groups, policies, boundary and access keys."""
    plane, caller = session.plane, session.caller
    uin = plane.lookup.user(caller, user).id
    (detail,) = plane.users.describe_sub_accounts(caller, filter_sub_account_uin=[uin])
    groups = all_rows(lambda page, rp: plane.groups.list_groups_for_user(caller, sub_uin=uin, page=page, rp=rp))
    policies = all_rows(
        lambda page, rp: plane.attachments.list_attached_user_all_policies(
            caller, target_uin=uin, rp=rp, page=page, attach_type=BOTH
        )
    )
    boundary = plane.boundaries.get_user_permission_boundary(caller, target_uin=uin)
    keys = plane.keys.list_access_keys(caller, target_uin=uin)
    value: dict[str, Any] = asdict(detail) | {
        "groups": [each.group_name for each in groups],
        "policies": [asdict(each) for each in policies],
        "boundary": None if boundary is None else boundary.policy_name,
        "access_keys": [{"id": each.access_key_id, "status": each.status} for each in keys],
    }

    def lines() -> Iterator[str]:
        yield from fields(
            (
                ("uin", detail.uin),
                ("name", detail.name),
                ("remark", detail.remark),
                ("phone", f"{detail.country_code} {detail.phone_num}".strip()),
                ("email", detail.email),
                ("console", yes_no(detail.console_login)),
                ("last sign-in", time_text(detail.login_time) if detail.login_time else ""),
                ("created (UTC)", time_text(detail.create_time)),
                ("groups", ", ".join(each.group_name for each in groups)),
                ("boundary", "" if boundary is None else boundary.policy_name),
                ("access keys", ", ".join(f"{each.access_key_id} ({each.status})" for each in keys)),
            )
        )
        if policies:
            yield ""
            yield from table(
                ("policy", "id", "from"),
                (
                    (
                        each.policy_name,
                        each.policy_id,
                        ", ".join([*(["the user"] if each.is_direct else []), *(g.group_name for g in each.groups)]),
                    )
                    for each in policies
                ),
            )

    session.show(value, lines())


@users_command.command("create")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--console", "console_login", is_flag=True, help="Allow the console, with a generated password.")
@click.option("--api", "use_api", is_flag=True, help="Make a first access key.")
@click.option("--require-reset", is_flag=True, help="Ask for a new password at the first sign-in.")
@click.option("--remark", default="", help="A remark of at most 300 bytes.")
@click.option("--phone", "phone_num", default="", metavar="DIGITS", help="Phone number.")
@click.option("--country-code", default="", metavar="DIGITS", help="Country code of the phone number, such as 86.")
@click.option("--email", default="", metavar="ADDRESS", help="Mail address.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="Put the users into this group. Repeatable.")
@click.option("--policy", "policies", multiple=True, metavar="POLICY", help="Attach this policy. Repeatable.")
@click.option(
    "--console-address",
    default=_CONSOLE,
    show_default=True,
    metavar="URL",
    help="Address of the control plane, for the login link.",
)
@credentials_option
@on_database
def create_users(
    session: Session,
    *,
    names: tuple[str, ...],
    groups: tuple[str, ...],
    policies: tuple[str, ...],
    require_reset: bool,
    console_address: str,
    credentials: Path | None,
    **options: Any,
) -> None:
    """Create up to 10 users with their groups and policies, all or none, and hand over what they sign in with."""
    lookup, caller = session.plane.lookup, session.caller
    group_ids = [lookup.group(caller, each).number for each in groups]
    policy_ids = [each.number for each in session.policies(policies)]
    file = None if credentials is None else CredentialsFile(credentials)
    given: list[Credentials] = []
    try:
        users = [UserFields(name, need_reset_password=require_reset, **options) for name in names]
        made = session.plane.onboarding.create_users(caller, users=users, policy_id=policy_ids, group_id=group_ids)
        given = [Credentials(each.name, each.password, each.secret_id, each.secret_key) for each in made]
    finally:
        if file is not None:
            file.write(given)
    shown = given if file is None else [replace(each, password="", secret_key="") for each in given]
    link = login_link(console_address, caller.account) if options["console_login"] else ""
    hand_over(session, shown, [each.uin for each in made], link)


@users_command.command("update")
@click.argument("user")
@click.option("--console/--no-console", "console_login", default=None, help="Allow or forbid the console.")
@click.option("--new-password", is_flag=True, help="Generate another console password.")
@click.option("--require-reset", "need_reset_password", is_flag=True, default=None, help="Ask for a new password.")
@click.option("--remark", help="A remark of at most 300 bytes.")
@click.option("--phone", "phone_num", metavar="DIGITS", help="Phone number.")
@click.option("--country-code", metavar="DIGITS", help="Country code of the phone number.")
@click.option("--email", metavar="ADDRESS", help="Mail address.")
@credentials_option
@on_database
def update_user(session: Session, *, user: str, new_password: bool, credentials: Path | None, **changes: Any) -> None:
    """Change a user; what is not given stays. A user that gets the console without a password gets one generated."""
    found = session.plane.lookup.user(session.caller, user)
    file = None if credentials is None else CredentialsFile(credentials)
    password = ""
    try:
        chosen = generate_password() if new_password else None
        password = session.plane.users.update_user(session.caller, name=_name(found), password=chosen, **changes)
        password = password or chosen or ""
    finally:
        given = [Credentials(found.name, password)] if password else []
        if file is not None:
            file.write(given)
    if given:
        shown = given if file is None else [Credentials(found.name)]
        hand_over(session, shown, [found.id])
    else:
        session.done(f"user {found.name} is changed", uin=found.id)


@users_command.command("delete")
@click.argument("users", metavar="USER...", nargs=-1, required=True)
@click.option("--force", is_flag=True, help="Delete their access keys too; else a user with keys is refused.")
@on_database
def delete_users(session: Session, *, users: tuple[str, ...], force: bool) -> None:
    """Delete users with their attachments, memberships and passwords."""
    found = [session.plane.lookup.user(session.caller, each) for each in users]
    for each in found:
        try:
            session.plane.users.delete_user(session.caller, name=_name(each), force=force)
        except ControlError as error:
            if error.code != _HAVE_KEYS:
                raise
            message = f"user `{each.name}` has access keys; delete them first, or give --force"
            raise ControlError(error.code, message) from None
    names = ", ".join(f"{each.name} ({each.id})" for each in found)
    session.done(f"user{'' if len(found) == 1 else 's'} deleted: {names}", uins=[each.id for each in found])


@users_command.command("attach")
@click.argument("user")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def attach(session: Session, *, user: str, policies: tuple[str, ...]) -> None:
    """Attach policies to a user; what is attached already stays."""
    found, named = session.plane.lookup.user(session.caller, user), session.policies(policies)
    for each in named:
        session.plane.attachments.attach_user_policy(session.caller, policy_id=each.number, attach_uin=found.id)
    session.granted(named, f"attached to user {found.name}", uin=found.id)


@users_command.command("detach")
@click.argument("user")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@on_database
def detach(session: Session, *, user: str, policies: tuple[str, ...]) -> None:
    """Detach policies from a user; what its groups give it stays."""
    found, named = session.plane.lookup.user(session.caller, user), session.policies(policies)
    for each in named:
        session.plane.attachments.detach_user_policy(session.caller, policy_id=each.number, detach_uin=found.id)
    session.granted(named, f"detached from user {found.name}", uin=found.id)


@users_command.command("boundary")
@click.argument("user")
@click.argument("policy", required=False)
@click.option("--clear", is_flag=True, help="Take the boundary away.")
@on_database
def boundary(session: Session, *, user: str, policy: str | None, clear: bool) -> None:
    """Set the permissions boundary of a user, which limits what its policies can allow."""
    if clear == (policy is not None):
        raise click.UsageError("expected either POLICY or --clear")
    found = session.plane.lookup.user(session.caller, user)
    boundaries = session.plane.boundaries
    if policy is None:
        boundaries.delete_user_permissions_boundary(session.caller, target_uin=found.id)
        session.done(f"user {found.name} has no boundary", uin=found.id)
        return
    named = session.plane.lookup.policy(session.caller, policy)
    boundaries.put_user_permissions_boundary(session.caller, target_uin=found.id, policy_id=named.number)
    session.done(f"policy {named.name} is the boundary of user {found.name}", uin=found.id, policy_id=named.number)


def _name(user: Named) -> str:
    """The name of a user, by which CAM changes and deletes users."""
    if not user.name:
        message = (
            f"user {user.id} has no name, by which users are changed and deleted; import a directory that names it"
        )
        raise ControlError("InvalidParameter.UserNotExist", message)
    return user.name
