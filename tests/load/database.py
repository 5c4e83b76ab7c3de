"""`python -m tests.load.database`: from a commit in the store to the decision of a sidecar that follows it."""

import statistics
import tempfile
import time
from pathlib import Path

import click

from authz.cli.bench.table import Row, json_option, show
from authz.store.address import parse_address
from authz.store.database import Database
from authz.store.records import (
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    PolicyRecord,
    UserRecord,
)
from authz.store.schema import create
from tests.postgres import Postgres
from tests.sidecar import Sidecar, check_request
from tests.store.writing import ALLOW, author
from tests.waiting import DEADLINE

_ACCOUNT = "1000000001"


@click.command("database")
@click.option("--changes", default=200, show_default=True)
@click.option("--accounts", default=100, show_default=True, help="Accounts in the database, with 100 users each.")
@json_option
def database_command(*, changes: int, accounts: int, json_file: Path | None) -> None:
    """Attach and detach a policy in turns, on both databases."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="authz") as folder, Postgres() as server:
        for url in (f"sqlite:///{folder}/authz.db", server.make_database()):
            create(parse_address(url))
            rows += measure(url, changes, accounts)
    show(rows, json_file)


def measure(url: str, changes: int, accounts: int) -> list[Row]:
    """The times on one database: by asking again and again, and by asking once for the revision."""
    database = Database.open(url)
    fill(database, accounts)
    held = AttachmentRecord(_ACCOUNT, HolderKind.USER, "100001", held_policy(database))
    with Sidecar(url) as sidecar:
        found = {
            "asked again and again": [one_change(database, sidecar, held, number, "") for number in range(changes)],
            "at_least_revision": [one_change(database, sidecar, held, number, "it") for number in range(changes)],
        }
    dialect = database.dialect
    database.close()
    return [summary(dialect, accounts, how, seconds) for how, seconds in found.items()]


def one_change(database: Database, sidecar: Sidecar, held: AttachmentRecord, number: int, at_least: str) -> float:
    """Seconds from the end of the commit to the first answer by the new state."""
    is_attached = number % 2 == 0
    with database.write(author("AttachUserPolicy", _ACCOUNT)) as writer:
        if is_attached:
            writer.attachments.add(held)
        else:
            writer.attachments.remove(_ACCOUNT, held.holder, held.holder_id, held.policy_id)
    start = time.perf_counter()
    revision = str(writer.revision) if at_least else ""
    request = check_request(f"qcs::cam::uin/{_ACCOUNT}:uin/100001", "im:RemoveUser", at_least_revision=revision)
    while sidecar.stub.Check(request, timeout=DEADLINE).allowed is not is_attached:
        if revision:
            raise AssertionError("the old decision was given with the new revision")
    return time.perf_counter() - start


def fill(database: Database, accounts: int) -> None:
    """Accounts of 100 users in 5 groups, with 10 policies each."""
    for number in range(accounts):
        uin = str(int(_ACCOUNT) + number)
        with database.write(author("Import", uin)) as writer:
            writer.accounts.add(AccountRecord(uin))
            made = [writer.policies.add(PolicyRecord(uin, 0, f"p{each}"), ALLOW) for each in range(10)]
            groups = [writer.groups.add(GroupRecord(uin, 0, f"g{each}")) for each in range(5)]
            users = [UserRecord(uin, str(100001 + each), f"user{each}") for each in range(100)]
            writer.users.add_many(users)
            writer.memberships.add_many(
                [MembershipRecord(uin, groups[at % 5].id, user.uin) for at, user in enumerate(users) if at]
            )
            writer.attachments.add_many(
                [AttachmentRecord(uin, HolderKind.GROUP, str(group.id), made[at].id) for at, group in enumerate(groups)]
            )


def held_policy(database: Database) -> int:
    """The policy that is attached and detached."""
    with database.read() as reader:
        return reader.policies.list(_ACCOUNT)[0].id


def summary(dialect: str, accounts: int, how: str, seconds: list[float]) -> Row:
    """One row of the table."""
    return {
        "database": dialect,
        "accounts": accounts,
        "decision": how,
        "changes": len(seconds),
        "median ms": statistics.median(seconds) * 1000,
        "p99 ms": sorted(seconds)[int(len(seconds) * 0.99)] * 1000,
        "max ms": max(seconds) * 1000,
    }


if __name__ == "__main__":
    database_command()
