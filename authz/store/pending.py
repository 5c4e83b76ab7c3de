"""What a writing transaction did so far: the rows it wrote, and the entry of the change log that they make."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from authz.store import tables
from authz.store.author import Author
from authz.store.change_log import ChangeItem
from authz.store.mapping import RecordMap
from authz.store.records import Record, to_plain
from authz.store.secrets import MasterKey

R = TypeVar("R", bound=Record)
_FIRST = {
    "uin": 100_000_000_001,
    "uid": 1_000_001,
    "group": 1,
    "policy": 1_000_001,
    "role": 4_611_686_018_427_387_905,
    "position": 1,
}


class Pending:
    """Writes rows and records each write, so that no use case can forget the change log.

    All writes are of the author's account: one of another account is a mistake of the caller and raises ValueError.
    """

    def __init__(self, connection: sa.Connection, author: Author, master_key: MasterKey | None) -> None:
        self.connection = connection
        self.author = author
        self.master_key = master_key
        self.items: list[ChangeItem] = []
        self._next: dict[str, int] = {}

    def insert(self, mapped: RecordMap[R], records: Sequence[R], more: Sequence[Mapping[str, Any]] = ()) -> None:
        """Add rows; `more` are columns of each that no field holds."""
        if not records:
            return
        self._guard(records)
        rows = [mapped.row(record) for record in records]
        for row, extra in zip(rows, more, strict=False):
            row.update(extra)
        self.connection.execute(mapped.table.insert(), rows)
        self.items += [ChangeItem(mapped.kind.entity, None, to_plain(record)) for record in records]

    def update(self, mapped: RecordMap[R], before: R, after: R) -> None:
        """Change a row whose key stays."""
        self._guard((before, after))
        if before == after:
            return
        change = mapped.table.update().where(mapped.where(mapped.key_of(before))).values(mapped.row(after))
        self.connection.execute(change)
        self.items.append(ChangeItem(mapped.kind.entity, to_plain(before), to_plain(after)))

    def delete(self, mapped: RecordMap[R], records: Sequence[R]) -> None:
        """Remove rows."""
        self._guard(records)
        for record in records:
            self.connection.execute(mapped.table.delete().where(mapped.where(mapped.key_of(record))))
            self.items.append(ChangeItem(mapped.kind.entity, to_plain(record), None))

    def take(self, counter: str, given: int = 0) -> int:
        """The next number of a counter; one that is given is taken as it is, and never given to others."""
        following = self._next.get(counter)
        if following is None:
            query = sa.select(tables.counters.c.next).where(tables.counters.c.name == counter)
            following = self.connection.execute(query).scalar() or _FIRST[counter]
        number = given or following
        self._next[counter] = max(following, number + 1)
        return number

    def keep_counters(self) -> None:
        """Write the counters that were used."""
        for name, following in self._next.items():
            values = {"name": name, "next": following}
            known = self.connection.execute(
                tables.counters.update().where(tables.counters.c.name == name).values(next=following)
            )
            if not known.rowcount:
                self.connection.execute(tables.counters.insert(), values)

    def _guard(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.account != self.author.account:
                message = f"a transaction on account {self.author.account} must not write to {record.account}"
                raise ValueError(message)
