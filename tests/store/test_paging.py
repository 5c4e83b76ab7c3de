"""A page of a list costs the same, however many accounts there are: every list is read by an index of its account."""

import pytest
import sqlalchemy as sa

from authz.store.database import Database
from authz.store.records import AccountRecord
from tests.store.writing import ROOT, author, write_small_account


@pytest.fixture
def database(sqlite_url):
    """An account on SQLite, whose planner does not depend on how much there is."""
    database = Database.open(sqlite_url)
    with database.write(author("CreateAccount")) as writer:
        writer.accounts.add(AccountRecord(ROOT))
    write_small_account(database)
    yield database
    database.close()


@pytest.fixture
def plans(database):
    """The statements that read, each with its plan."""
    found = []

    def note(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            rows = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append((statement, [row[3] for row in rows]))

    sa.event.listen(database._engine, "before_cursor_execute", note)
    return found


def test_every_list_of_an_account_is_read_by_an_index(database, plans):
    with database.read() as reader:
        for family in (reader.users, reader.groups, reader.roles, reader.policies):
            family.page(ROOT, 20, 10)
            family.page(ROOT, 20, 10, "keyword")
        reader.memberships.members(ROOT, 1, 20, 10)
        reader.memberships.groups_of(ROOT, "1", 20, 10)
        reader.attachments.of_policy(ROOT, 1, 20, 10)
        reader.changes.latest(10, ROOT)
        reader.changes.since(1, 10, ROOT)
        reader.changes.accounts_since(1)
        reader.accounts.revisions(1)
    assert len(plans) > 15
    for statement, steps in plans[1:]:  # the first one reads the only row of the store
        assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)


def test_no_page_is_sorted_after_it_was_read(database, plans):
    with database.read() as reader:
        reader.users.page(ROOT, 0, 10)
        reader.groups.page(ROOT, 0, 10)
        reader.roles.page(ROOT, 0, 10)
        reader.policies.page(ROOT, 0, 10)
        reader.attachments.of_policy(ROOT, 1, 0, 10)
        reader.changes.latest(10, ROOT)
    for statement, steps in plans:
        assert not [step for step in steps if "TEMP B-TREE" in step], (statement, steps)
