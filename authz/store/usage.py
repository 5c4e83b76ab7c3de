"""What was used when: keys and passwords. The change log has no entry of it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from authz.store import tables


@dataclass(frozen=True, slots=True)
class SignIn:
    """Signing in of a user or root: `failures` in a row until `failed_at`, the last success and its address."""

    account: str
    uin: str
    failures: int = 0
    failed_at: float = 0.0
    signed_in_at: float = 0.0
    address: str = ""


class Usage:
    """Reads what was used when; times are seconds since the epoch."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def key_uses(self, secret_ids: Collection[str]) -> dict[str, float]:
        """When each of these keys was used last; those never used are absent."""
        table = tables.key_uses.c
        query = sa.select(table.secret_id, table.used_at).where(table.secret_id.in_(secret_ids))
        return {secret_id: used_at for secret_id, used_at in self._connection.execute(query)}  # noqa: C416 - rows are no pairs

    def sign_in(self, account: str, uin: str) -> SignIn:
        """How a user, or root, signed in."""
        table = tables.sign_ins
        query = table.select().where(table.c.account == account, table.c.uin == uin)
        row = self._connection.execute(query).first()
        return SignIn(account, uin) if row is None else SignIn(**row._mapping)  # noqa: SLF001 - its public name


class WritableUsage(Usage):
    """Notes what is used."""

    def note_key_use(self, secret_id: str, used_at: float) -> None:
        """A key signed a request; an earlier time than is known is not noted."""
        table = tables.key_uses
        self._put(table, {"secret_id": secret_id}, {"used_at": used_at}, table.c.used_at < used_at)

    def note_sign_in(self, sign_in: SignIn) -> None:
        """A user signed in, or tried to."""
        values = {name: getattr(sign_in, name) for name in ("failures", "failed_at", "signed_in_at", "address")}
        self._put(tables.sign_ins, {"account": sign_in.account, "uin": sign_in.uin}, values, sa.true())

    def _put(
        self, table: sa.Table, key: dict[str, str], values: dict[str, object], if_known: sa.ColumnElement[bool]
    ) -> None:
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = insert(table).values(**key, **values)
        self._connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values, where=if_known))
