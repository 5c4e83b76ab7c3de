"""What all repositories share: reading rows as records, by key and by page."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from authz.store.errors import ConflictError, MissingError
from authz.store.mapping import RecordMap, folded
from authz.store.pending import Pending
from authz.store.records import Record

R = TypeVar("R", bound=Record)
Condition = sa.ColumnElement[bool]
ALL = 1_000_000_000
"""A limit that is none."""


class Repository(Generic[R]):
    """Reads one kind of record on a connection that is in a transaction."""

    def __init__(self, connection: sa.Connection, mapped: RecordMap[R]) -> None:
        self._connection = connection
        self._map = mapped
        self._columns = mapped.table.c

    def _get(self, **values: Any) -> R | None:
        """The record with these values in these columns, by a query that was built before."""
        row = self._connection.execute(_query_by(self._map, tuple(values)), values).first()
        return None if row is None else self._map.record(row)

    def _one(self, *conditions: Condition) -> R | None:
        row = self._connection.execute(self._map.select().where(*conditions)).first()
        return None if row is None else self._map.record(row)

    def _some(
        self, *conditions: Condition, order: Sequence[Any] = (), offset: int = 0, limit: int = ALL
    ) -> tuple[R, ...]:
        query = self._map.select().where(*conditions).order_by(*order).offset(offset).limit(limit)
        return tuple(map(self._map.record, self._connection.execute(query)))

    def _count(self, *conditions: Condition) -> int:
        query = sa.select(sa.func.count()).select_from(self._map.table).where(*conditions)
        return self._connection.execute(query).scalar_one()

    def _page(self, *conditions: Condition, order: Sequence[Any], offset: int, limit: int) -> tuple[int, tuple[R, ...]]:
        return self._count(*conditions), self._some(*conditions, order=order, offset=offset, limit=limit)

    def _of(self, account: str) -> Condition:
        return self._columns.account == account

    def _named(self, name: str) -> Condition:
        return self._columns.name_key == folded(name)

    def _like(self, keyword: str) -> tuple[Condition, ...]:
        """Rows whose name holds a text, whatever its case; `%` and `_` stand for themselves."""
        return (self._columns.name_key.contains(folded(keyword), autoescape=True),) if keyword else ()

    def _named_page(
        self, account: str, offset: int, limit: int, keyword: str, order: sa.ColumnElement[Any]
    ) -> tuple[int, tuple[R, ...]]:
        conditions = (self._of(account), *self._like(keyword))
        return self._page(*conditions, order=[order], offset=offset, limit=limit)


@cache
def _query_by(mapped: RecordMap[Any], names: tuple[str, ...]) -> sa.Select[Any]:
    """The rows of a kind by some columns; built once, since building costs more than SQLite takes to answer."""
    return mapped.select().where(*(mapped.table.c[name] == sa.bindparam(name) for name in names))


def dependents(connection: sa.Connection, mapped: RecordMap[R], *conditions: Condition) -> tuple[R, ...]:
    """Rows that depend on one that is to be removed, in the order of their keys."""
    order = [mapped.table.c[name] for name in mapped.key]
    return tuple(map(mapped.record, connection.execute(mapped.select().where(*conditions).order_by(*order))))


def present(record: R | None, entity: str, key: object) -> R:
    """The record that is to be changed.

    Raises:
        MissingError: if there is none.
    """
    if record is None:
        raise MissingError(f"there is no {entity} `{key}`")
    return record


def refuse_taken(other: Record | None, key: object, name: str) -> None:
    """Refuse a name that another record has.

    Raises:
        ConflictError: naming it.
    """
    if other is not None:
        raise ConflictError(other.entity, f"a {other.entity} named `{name}` exists already ({key})")


def connection_of(given: "sa.Connection | Pending") -> sa.Connection:
    """The connection of a reading or a writing transaction."""
    return given.connection if isinstance(given, Pending) else given
