"""A shop for the contract of sources, which sells accounts of a database."""

from dataclasses import replace

from authz.sources.database.source import DatabaseSource
from authz.store.author import Author, Channel
from authz.store.database import Database
from authz.store.records import AccountRecord, AttachmentRecord, HolderKind, PolicyRecord, UserRecord
from tests.store.writing import ALLOW


def author(account, action="Import"):
    return Author(account, "operator", Channel.COMMAND_LINE, action)


class Renamed:
    """A source whose keys are other names than those of the source beneath."""

    def __init__(self, source, names):
        self.beneath = source
        self._names = names  # uin by name

    def _name(self, uin):
        return next((name for name, each in self._names.items() if each == uin), uin)

    def survey(self, *, is_thorough):
        return frozenset(map(self._name, self.beneath.survey(is_thorough=is_thorough)))

    def read(self, keys, *, is_long):
        update = self.beneath.read([self._names.get(key, "9" + str(len(key))) for key in keys], is_long=is_long)
        unknown = {f"9{len(key)}": key for key in keys if key not in self._names}
        return replace(
            update,
            changed={self._name(uin): account for uin, account in update.changed.items()},
            unchanged=frozenset(map(self._name, update.unchanged)),
            removed=frozenset(unknown.get(uin, self._name(uin)) for uin in update.removed),
            faults={self._name(uin): fault for uin, fault in update.faults.items()},
        )

    def forget(self, keys):
        self.beneath.forget([self._names.get(key, key) for key in keys])

    def name_of(self, key):
        return self.beneath.name_of(key)

    @property
    def poll_seconds(self):
        return self.beneath.poll_seconds

    def changes(self):
        return self.beneath.changes()


class DatabaseShop:
    def __init__(self, url, **options):
        self.database = Database.open(url)
        self._names = {}
        self.source = Renamed(DatabaseSource(url, **options), self._names)

    def put(self, key, account):
        """The user 100001 holds the policy p if that of the account holds one."""
        self._names[key] = account.uin
        holds = bool(account.users["100001"].policies)
        with self.database.write(author(account.uin)) as writer:
            if writer.accounts.get(account.uin) is None:
                writer.accounts.add(AccountRecord(account.uin))
                writer.users.add(UserRecord(account.uin, "100001", "alice"))
                writer.policies.add(PolicyRecord(account.uin, 0, "p"), ALLOW)
            policy = writer.policies.find_by_name(account.uin, "p")
            version = writer.versions.get(account.uin, policy.id, 1)
            writer.versions.update(replace(version, document=ALLOW))
            held = AttachmentRecord(account.uin, HolderKind.USER, "100001", policy.id)
            if holds:
                writer.attachments.add(held)
            else:
                writer.attachments.remove(account.uin, HolderKind.USER, "100001", policy.id)

    def spoil(self, key):
        uin = self._names[key]
        with self.database.write(author(uin)) as writer:
            policy = writer.policies.find_by_name(uin, "p")
            writer.versions.update(replace(writer.versions.get(uin, policy.id, 1), document='{"version": "1.0"}'))

    def take(self, key):
        with self.database.write(author(self._names[key])) as writer:
            writer.accounts.remove(self._names[key])

    def removed_of(self, update):
        return update.removed

    def close(self):
        self.source.beneath.close()
        self.database.close()
