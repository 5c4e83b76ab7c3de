"""Which policies are attached to which users, groups and roles."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import AttachmentRecord, HolderKind
from authz.store.repository import ALL, Condition, Repository


class Attachments(Repository[AttachmentRecord]):
    """Reads attachments; lists are in the order in which policies were attached."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.ATTACHMENTS)

    def get(self, account: str, holder: HolderKind, holder_id: str, policy_id: int) -> AttachmentRecord | None:
        """The attachment of a policy to a holder."""
        return self._one(*self._held_by(account, holder, holder_id), self._columns.policy_id == policy_id)

    def list(self, account: str) -> tuple[AttachmentRecord, ...]:
        """All attachments."""
        return self._some(self._of(account), order=[self._columns.position])

    def of_holder(self, account: str, holder: HolderKind, holder_id: str) -> tuple[AttachmentRecord, ...]:
        """What is attached to a user (by its uin), a group or a role (by its id) itself."""
        return self._some(*self._held_by(account, holder, holder_id), order=[self._columns.position])

    def of_policy(
        self,
        account: str,
        policy_id: int,
        offset: int = 0,
        limit: int = ALL,
        holders: Collection[HolderKind] = tuple(HolderKind),
    ) -> tuple[int, tuple[AttachmentRecord, ...]]:
        """How many holders of these kinds a policy has, and some of them."""
        conditions: list[Condition] = [self._of(account), self._columns.policy_id == policy_id]
        if len(holders) < len(HolderKind):
            conditions.append(self._columns.holder.in_(holders))
        return self._page(*conditions, order=[self._columns.position], offset=offset, limit=limit)

    def count(self, account: str, holder: HolderKind, holder_id: str) -> int:
        """How many policies a holder has itself."""
        return self._count(*self._held_by(account, holder, holder_id))

    def counts(self, account: str, policy_ids: Collection[int]) -> dict[int, int]:
        """How many holders each of these policies has; those that have none are absent."""
        policy = self._columns.policy_id
        query = sa.select(policy, sa.func.count()).where(self._of(account), policy.in_(policy_ids)).group_by(policy)
        return {policy_id: count for policy_id, count in self._connection.execute(query)}  # noqa: C416 - rows are no pairs

    def _held_by(self, account: str, holder: HolderKind, holder_id: str) -> tuple[Condition, ...]:
        return (self._of(account), self._columns.holder == holder, self._columns.holder_id == holder_id)


class WritableAttachments(Attachments):
    """Writes attachments."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: AttachmentRecord) -> bool:
        """Attach a policy; False, and nothing is written, if it is attached already.

        Raises:
            ConflictError: if there is no such holder or custom policy. Whether a preset exists is not asked here.
        """
        if self.get(record.account, record.holder, record.holder_id, record.policy_id) is not None:
            return False
        self.add_many([record])
        return True

    def add_many(self, records: Sequence[AttachmentRecord]) -> None:
        """Attach policies that are known not to be attached.

        Raises:
            ConflictError: if one is attached already, or a holder or custom policy does not exist.
        """
        take = self._pending.take
        self._pending.insert(
            mapping.ATTACHMENTS, [replace(each, position=take("position", each.position)) for each in records]
        )

    def remove(self, account: str, holder: HolderKind, holder_id: str, policy_id: int) -> bool:
        """Detach a policy; False if it is not attached."""
        record = self.get(account, holder, holder_id, policy_id)
        self._pending.delete(mapping.ATTACHMENTS, [] if record is None else [record])
        return record is not None
