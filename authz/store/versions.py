"""Versions of custom policies: their texts."""

from dataclasses import replace

import sqlalchemy as sa

from authz.store import mapping
from authz.store.errors import ConflictError
from authz.store.pending import Pending
from authz.store.records import PolicyRecord, PolicyVersionRecord
from authz.store.repository import Repository, present


class Versions(Repository[PolicyVersionRecord]):
    """Reads versions; lists are in the order of their numbers."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.VERSIONS)

    def get(self, account: str, policy_id: int, version: int) -> PolicyVersionRecord | None:
        """One version."""
        return self._get(account=account, policy_id=policy_id, version=version)

    def list(self, account: str, policy_id: int) -> tuple[PolicyVersionRecord, ...]:
        """All versions of a policy."""
        order = [self._columns.version]
        return self._some(self._of(account), self._columns.policy_id == policy_id, order=order)

    def count(self, account: str, policy_id: int) -> int:
        """How many versions a policy has."""
        return self._count(self._of(account), self._columns.policy_id == policy_id)


class WritableVersions(Versions):
    """Writes versions."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, account: str, policy_id: int, document: str, created_at: float) -> PolicyVersionRecord:
        """Add a version under the next number, which was never used; it is not made the default one.

        Raises:
            MissingError: if there is no such policy.
        """
        policy = present(self._policy(account, policy_id), "policy", policy_id)
        number = policy.last_version + 1
        record = PolicyVersionRecord(account, policy_id, number, document, created_at)
        self._pending.insert(mapping.VERSIONS, [record])
        self._pending.update(mapping.POLICIES, policy, replace(policy, last_version=number))
        return record

    def put(self, record: PolicyVersionRecord) -> None:
        """Add a version under a number of its own, as an import does.

        Raises:
            MissingError: if there is no such policy.
            ConflictError: if the number is taken.
        """
        policy = present(self._policy(record.account, record.policy_id), "policy", record.policy_id)
        if self.get(record.account, record.policy_id, record.version) is not None:
            message = f"policy {record.policy_id} has a version {record.version} already"
            raise ConflictError("policy_version", message)
        self._pending.insert(mapping.VERSIONS, [record])
        last = max(policy.last_version, record.version)
        self._pending.update(mapping.POLICIES, policy, replace(policy, last_version=last))

    def update(self, record: PolicyVersionRecord) -> None:
        """Change the text of a version in place.

        Raises:
            MissingError: if there is no such version.
        """
        before = self.get(record.account, record.policy_id, record.version)
        key = f"{record.policy_id} v{record.version}"
        self._pending.update(mapping.VERSIONS, present(before, "policy_version", key), record)

    def remove(self, account: str, policy_id: int, version: int) -> None:
        """Remove a version.

        Raises:
            MissingError: if there is no such version.
            ConflictError: if it is the default one.
        """
        key = f"{policy_id} v{version}"
        record = present(self.get(account, policy_id, version), "policy_version", key)
        policy = present(self._policy(account, policy_id), "policy", policy_id)
        if policy.default_version == version:
            raise ConflictError("policy_version", f"version {version} is the default one of policy {policy_id}")
        self._pending.delete(mapping.VERSIONS, [record])

    def _policy(self, account: str, policy_id: int) -> PolicyRecord | None:
        policies = mapping.POLICIES
        query = policies.select().where(policies.where({"account": account, "id": policy_id}))
        row = self._connection.execute(query).first()
        return None if row is None else policies.record(row)
