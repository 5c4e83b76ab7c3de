"""Custom policies in the store, without their versions; presets are not in the database."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from authz.store import mapping
from authz.store.errors import ConflictError
from authz.store.pending import Pending
from authz.store.records import FIRST_CUSTOM_POLICY, PolicyRecord, PolicyVersionRecord
from authz.store.repository import Repository, dependents, present, refuse_taken


def _document() -> sa.Select[Any]:
    """The text of the default version of a policy; built once."""
    policies, versions = mapping.POLICIES.table, mapping.VERSIONS.table
    default = sa.and_(
        versions.c.account == policies.c.account,
        versions.c.policy_id == policies.c.id,
        versions.c.version == policies.c.default_version,
    )
    query = sa.select(versions.c.document).select_from(policies.join(versions, default))
    return query.where(policies.c.account == sa.bindparam("account"), policies.c.id == sa.bindparam("id"))


_DOCUMENT = _document()


class Policies(Repository[PolicyRecord]):
    """Reads custom policies; lists are in the order of ids."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.POLICIES)

    def get(self, account: str, policy_id: int) -> PolicyRecord | None:
        """The policy of an id."""
        return self._get(account=account, id=policy_id)

    def get_many(self, account: str, policy_ids: Collection[int]) -> tuple[PolicyRecord, ...]:
        """Those of these policies that exist."""
        return self._some(self._of(account), self._columns.id.in_(policy_ids), order=[self._columns.id])

    def find_by_name(self, account: str, name: str) -> PolicyRecord | None:
        """The policy of a name, whatever its case."""
        return self._one(self._of(account), self._named(name))

    def list(self, account: str) -> tuple[PolicyRecord, ...]:
        """All policies."""
        return self._some(self._of(account), order=[self._columns.id])

    def page(self, account: str, offset: int, limit: int, keyword: str = "") -> tuple[int, tuple[PolicyRecord, ...]]:
        """How many policies have a name that holds the keyword, and some of them."""
        return self._named_page(account, offset, limit, keyword, self._columns.id)

    def count(self, account: str) -> int:
        """How many policies there are."""
        return self._count(self._of(account))

    def document(self, account: str, policy_id: int) -> str | None:
        """The text of the default version; None if there is no such policy."""
        return self._connection.execute(_DOCUMENT, {"account": account, "id": policy_id}).scalar()


class WritablePolicies(Policies):
    """Writes custom policies."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: PolicyRecord, document: str) -> PolicyRecord:
        """Add a policy with its first version, which is the default one; an id of 0 is chosen.

        Returns the record as it was added. The first version bears the number `default_version` of the record.

        Raises:
            ConflictError: if its name or id is taken, or an id that is given is one for presets.
        """
        if record.id and record.id < FIRST_CUSTOM_POLICY:
            message = f"`{record.id}` is not an id of a custom policy; these begin at {FIRST_CUSTOM_POLICY}"
            raise ConflictError("policy", message)
        self._refuse_name(record)
        record = replace(record, id=self._pending.take("policy", record.id))
        self._pending.insert(mapping.POLICIES, [record])
        number, when = record.default_version, record.updated_at
        first = PolicyVersionRecord(record.account, record.id, number, document, when)
        self._pending.insert(mapping.VERSIONS, [first])
        return record

    def update(self, record: PolicyRecord) -> None:
        """Change a policy, its default version among what may change.

        Raises:
            MissingError: if there is none of its id, or its default version does not exist.
            ConflictError: if its name is another's.
        """
        before = present(self.get(record.account, record.id), "policy", record.id)
        self._refuse_name(record)
        self._pending.update(mapping.POLICIES, before, record)
        present(self._default(record), "policy_version", f"{record.id} v{record.default_version}")

    def remove(self, account: str, policy_id: int) -> None:
        """Remove a policy with its versions and attachments.

        Raises:
            MissingError: if there is none.
            ConflictError: if it is the boundary of a user or role.
        """
        record = present(self.get(account, policy_id), "policy", policy_id)
        for mapped in (mapping.USERS, mapping.ROLES):
            table = mapped.table.c
            bounded = sa.exists().where(table.account == account, table.boundary_id == policy_id)
            if self._connection.execute(sa.select(bounded)).scalar():
                message = f"policy {policy_id} is the permissions boundary of a {mapped.kind.entity}"
                raise ConflictError("policy", message)
        held, versions = mapping.ATTACHMENTS.table.c, mapping.VERSIONS.table.c
        attached = dependents(
            self._connection, mapping.ATTACHMENTS, held.account == account, held.policy_id == policy_id
        )
        texts = dependents(
            self._connection, mapping.VERSIONS, versions.account == account, versions.policy_id == policy_id
        )
        self._pending.delete(mapping.ATTACHMENTS, attached)
        self._pending.delete(mapping.VERSIONS, texts)
        self._pending.delete(mapping.POLICIES, [record])

    def _default(self, record: PolicyRecord) -> PolicyVersionRecord | None:
        versions = mapping.VERSIONS
        key = {"account": record.account, "policy_id": record.id, "version": record.default_version}
        row = self._connection.execute(versions.select().where(versions.where(key))).first()
        return None if row is None else versions.record(row)

    def _refuse_name(self, record: PolicyRecord) -> None:
        other = self.find_by_name(record.account, record.name)
        if other is not None and other.id != record.id:
            refuse_taken(other, f"id {other.id}", record.name)
