"""The rows of accounts, now and at an earlier revision."""

from dataclasses import replace

from authz.store.account_assembly import assemble
from authz.store.account_rows import read_rows, rows_at, rows_of
from authz.store.records import AccessKeyRecord, AccountRecord, GroupRecord, PasswordRecord, PresetAliasRecord
from tests.store.writing import ALLOW, OTHER, ROOT, author, write_small_account


def test_the_rows_of_many_accounts_are_kept_apart(database):
    with database.write(author("CreateAccount", OTHER)) as writer:
        writer.accounts.add(AccountRecord(OTHER))
        writer.groups.add(GroupRecord(OTHER, 0, "ops"))
    write_small_account(database)
    with database.read() as reader:
        rows = read_rows(reader, [ROOT, OTHER, "300"])
        assert rows[ROOT] == read_rows(reader, [ROOT])[ROOT]
    assert set(rows) == {ROOT, OTHER}
    assert [group.name for group in rows[OTHER].groups] == ["ops"]
    assert rows[OTHER].users == ()
    assert rows_of(reversed(rows[ROOT].records())) == rows[ROOT]


def test_an_earlier_revision_is_found_by_undoing_changes(database):
    states = {}

    def remember():
        with database.read() as reader:
            states[reader.revision] = assemble(read_rows(reader, [ROOT])[ROOT])

    remember()
    policy, alice, ops, role = write_small_account(database)
    remember()
    with database.write(author("CreatePolicyVersion")) as writer:
        writer.versions.add(ROOT, policy.id, ALLOW.replace("allow", "deny"), 1.0)
        writer.policies.update(replace(writer.policies.get(ROOT, policy.id), default_version=2))
        writer.versions.remove(ROOT, policy.id, 1)
    remember()
    with database.write(author("DeleteUser")) as writer:
        writer.users.remove(ROOT, alice.uin)
        writer.groups.remove(ROOT, ops.id)
        writer.roles.remove(ROOT, role.id)
    remember()
    with database.write(author("CreateAccessKey")) as writer:  # what decides nothing is passed over
        writer.keys.add(AccessKeyRecord(ROOT, "AKID1", ROOT), "secret")
        writer.passwords.put(PasswordRecord(ROOT, ROOT, "hash"))
        writer.preset_aliases.put(PresetAliasRecord(ROOT, 1, "all"))
    remember()
    with database.write(author("DeleteAccount")) as writer:
        writer.accounts.remove(ROOT)
    with database.read() as reader:
        assert read_rows(reader, [ROOT]) == {}
        for revision, account in states.items():
            assert assemble(rows_at(reader, ROOT, revision)) == account, revision
        assert rows_at(reader, ROOT, 0) is rows_at(reader, ROOT, 6) is None
