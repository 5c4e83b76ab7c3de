"""The remarks of accounts on preset policies."""

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import PresetAliasRecord
from authz.store.repository import Repository


class PresetAliases(Repository[PresetAliasRecord]):
    """Reads remarks on presets."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.PRESET_ALIASES)

    def get(self, account: str, policy_id: int) -> PresetAliasRecord | None:
        """The remark on a preset."""
        return self._one(self._of(account), self._columns.policy_id == policy_id)

    def list(self, account: str) -> tuple[PresetAliasRecord, ...]:
        """All remarks, in the order of the presets' ids."""
        return self._some(self._of(account), order=[self._columns.policy_id])


class WritablePresetAliases(PresetAliases):
    """Writes remarks on presets."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def put(self, record: PresetAliasRecord) -> None:
        """Set a remark; an empty one is removed."""
        before = self.get(record.account, record.policy_id)
        if not record.alias:
            self._pending.delete(mapping.PRESET_ALIASES, [] if before is None else [before])
        elif before is None:
            self._pending.insert(mapping.PRESET_ALIASES, [record])
        else:
            self._pending.update(mapping.PRESET_ALIASES, before, record)
