"""One transaction: its repositories, and for writing the entry of the change log that it ends with."""

import sqlalchemy as sa

from authz.store.accounts import Accounts, WritableAccounts
from authz.store.attachments import Attachments, WritableAttachments
from authz.store.change_log import ChangeItem, Changes, append
from authz.store.groups import Groups, WritableGroups
from authz.store.keys import Keys, WritableKeys
from authz.store.memberships import Memberships, WritableMemberships
from authz.store.passwords import Passwords, WritablePasswords
from authz.store.pending import Pending
from authz.store.policies import Policies, WritablePolicies
from authz.store.preset_aliases import PresetAliases, WritablePresetAliases
from authz.store.roles import Roles, WritableRoles
from authz.store.secrets import MasterKey
from authz.store.usage import Usage
from authz.store.users import Users, WritableUsers
from authz.store.versions import Versions, WritableVersions


class Reader:
    """Reads one consistent snapshot of the store, that of `revision`; for one thread, while its `with` lasts."""

    accounts: Accounts
    users: Users
    groups: Groups
    memberships: Memberships
    roles: Roles
    policies: Policies
    versions: Versions
    attachments: Attachments
    preset_aliases: PresetAliases
    keys: Keys
    passwords: Passwords

    def __init__(self, connection: sa.Connection, revision: int, master_key: MasterKey | None) -> None:
        self.connection = connection
        self.revision = revision
        self.changes = Changes(connection)
        self.usage = Usage(connection)
        self._open(connection, master_key)

    def _open(self, connection: sa.Connection, master_key: MasterKey | None) -> None:
        self.accounts = Accounts(connection)
        self.users = Users(connection)
        self.groups = Groups(connection)
        self.memberships = Memberships(connection)
        self.roles = Roles(connection)
        self.policies = Policies(connection)
        self.versions = Versions(connection)
        self.attachments = Attachments(connection)
        self.preset_aliases = PresetAliases(connection)
        self.keys = Keys(connection, master_key)
        self.passwords = Passwords(connection)


class Writer(Reader):
    """Reads and writes the store; everything that it writes comes into force at the end of its `with`, or nothing does.

    `revision` is the one that is in force, and after the `with` the one that the transaction made. If it changed
    nothing, there is no new one.
    """

    accounts: WritableAccounts
    users: WritableUsers
    groups: WritableGroups
    memberships: WritableMemberships
    roles: WritableRoles
    policies: WritablePolicies
    versions: WritableVersions
    attachments: WritableAttachments
    preset_aliases: WritablePresetAliases
    keys: WritableKeys
    passwords: WritablePasswords

    def __init__(self, pending: Pending, revision: int) -> None:
        self._pending = pending
        super().__init__(pending.connection, revision, pending.master_key)

    def _open(self, _connection: sa.Connection, _master_key: MasterKey | None) -> None:
        pending = self._pending
        self.accounts = WritableAccounts(pending)
        self.users = WritableUsers(pending)
        self.groups = WritableGroups(pending)
        self.memberships = WritableMemberships(pending)
        self.roles = WritableRoles(pending)
        self.policies = WritablePolicies(pending)
        self.versions = WritableVersions(pending)
        self.attachments = WritableAttachments(pending)
        self.preset_aliases = WritablePresetAliases(pending)
        self.keys = WritableKeys(pending)
        self.passwords = WritablePasswords(pending)

    @property
    def written(self) -> tuple[ChangeItem, ...]:
        """The records that were added, changed and removed so far."""
        return tuple(self._pending.items)

    def finish(self, at: float) -> None:
        """Write what is left to be written before the transaction is committed: counters and the change log."""
        if self._pending.items:
            self._pending.keep_counters()
            self.revision += 1
            append(self.connection, self._pending.author, self.revision, at, self._pending.items)
