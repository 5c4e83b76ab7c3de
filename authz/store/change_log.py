"""The change log: one entry a transaction, numbered by the revision that it makes.

Revisions rise in commit order: a writer takes the lock of the one row that holds the revision before it does anything
else, and keeps it until it commits. A reader that has read revision N has everything up to N.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from authz.store import tables
from authz.store.author import Author, Channel

CHANNEL_NAME = "authz_changes"
"""What PostgreSQL notifies listeners on, with the uin of the account that changed."""
_REVISION = sa.select(tables.store.c.revision)


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One record that a transaction added (`before` is None), removed (`after` is None) or changed.

    Both are the fields of the record as JSON values, without secrets; `entity` is that of the record's class.
    """

    entity: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction: who changed what of which account, when; times are seconds since the epoch."""

    revision: int
    account: str
    at: float
    principal: str
    channel: Channel
    action: str
    request_id: str
    address: str
    items: tuple[ChangeItem, ...]


class Changes:
    """Reads the change log."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def since(self, revision: int, limit: int, account: str | None = None) -> tuple[Change, ...]:
        """The first entries after a revision, of one account or of all, in their order."""
        query = _SELECT.where(tables.changes.c.revision > revision)
        if account is not None:
            query = query.where(tables.changes.c.account == account)
        return self._read(query.order_by(tables.changes.c.revision).limit(limit))

    def latest(self, limit: int, account: str | None = None, before: int | None = None) -> tuple[Change, ...]:
        """The last entries before a revision (or of all), the newest first."""
        query = _SELECT
        if before is not None:
            query = query.where(tables.changes.c.revision < before)
        if account is not None:
            query = query.where(tables.changes.c.account == account)
        return self._read(query.order_by(tables.changes.c.revision.desc()).limit(limit))

    def accounts_since(self, revision: int) -> dict[str, int]:
        """The accounts that changed after a revision, each with the first revision that changed it then."""
        columns = tables.changes.c
        query = sa.select(columns.account, columns.revision).where(columns.revision > revision)
        firsts: dict[str, int] = {}
        for account, number in self._connection.execute(query.order_by(columns.revision)):
            firsts.setdefault(account, number)
        return firsts

    def get(self, revision: int) -> Change | None:
        """The entry of a revision."""
        found = self._read(_SELECT.where(tables.changes.c.revision == revision))
        return found[0] if found else None

    def revision_at(self, at: float) -> int:
        """The last revision that was made until a time, 0 if there was none."""
        query = sa.select(sa.func.max(tables.changes.c.revision)).where(tables.changes.c.at <= at)
        return self._connection.execute(query).scalar() or 0

    def _read(self, query: "sa.Select[Any]") -> tuple[Change, ...]:
        return tuple(
            Change(**{**row._mapping, "channel": Channel(row.channel), "items": _items(row.items)})  # noqa: SLF001 - its public name
            for row in self._connection.execute(query)
        )


_SELECT = sa.select(*tables.changes.c)


def _items(text: str) -> tuple[ChangeItem, ...]:
    return tuple(ChangeItem(*item) for item in json.loads(text))


def append(connection: sa.Connection, author: Author, revision: int, at: float, items: Iterable[ChangeItem]) -> None:
    """Write the entry of a transaction, and note its revision where readers look for it."""
    text = json.dumps(
        [[each.entity, each.before, each.after] for each in items], ensure_ascii=False, separators=(",", ":")
    )
    entry = {
        "revision": revision,
        "account": author.account,
        "at": at,
        "principal": author.principal,
        "channel": author.channel.value,
        "action": author.action,
        "request_id": author.request_id,
        "address": author.address,
        "items": text,
    }
    connection.execute(tables.changes.insert(), entry)
    connection.execute(tables.store.update().values(revision=revision))
    written = tables.accounts.update().where(tables.accounts.c.uin == author.account).values(revision=revision)
    connection.execute(written)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL_NAME, author.account)))


def lock_revision(connection: sa.Connection) -> int:
    """Wait until this transaction alone may write; returns the revision that is in force."""
    return int(connection.execute(sa.select(tables.store.c.revision).with_for_update()).scalar_one())


def current_revision(connection: sa.Connection) -> int:
    """The revision in force; in a reading transaction this fixes what it sees."""
    return int(connection.execute(_REVISION).scalar_one())
