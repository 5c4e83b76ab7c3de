"""Accounts as the engine decides on them, from the rows of the store."""

from dataclasses import replace

import pytest

from authz.accounts.parsed import ParsedPolicies
from authz.errors import InvalidAccountError
from authz.sources.directory.source import DirectorySource
from authz.store.account_assembly import assemble, assemble_all
from authz.store.account_rows import read_rows
from authz.store.records import AttachmentRecord, HolderKind, PolicyRecord
from tests.store.writing import ALLOW, ROOT, TRUST, author, write_small_account

ATTACHMENTS = f"""
account: "{ROOT}"
app_id: "1250000000"
users:
  - uin: "100000000001"
    name: alice
    groups: [ops]
    policies: [im-all]
    boundary: im-all
groups:
  - name: ops
    policies: [im-all]
roles:
  - name: ci
    policies: [im-all]
    trust: {TRUST}
"""


def assembled(database, uin=ROOT):
    with database.read() as reader:
        return assemble(read_rows(reader, [uin])[uin])


def test_rows_give_the_account_that_a_directory_gives(database, tmp_path):
    write_small_account(database)
    (tmp_path / "attachments.yaml").write_text(ATTACHMENTS)
    (tmp_path / "im-all.json").write_text(ALLOW)
    source = DirectorySource(tmp_path, is_watched=False)
    update = source.read(source.survey(is_thorough=True), is_long=True)
    assert assembled(database) == next(iter(update.changed.values()))


def test_what_did_not_change_stays_the_same_object(database):
    policy, _, ops, _ = write_small_account(database)
    before, known = assembled(database), ParsedPolicies()
    with database.write(author("CreatePolicy")) as writer:
        other = writer.policies.add(PolicyRecord(ROOT, 0, "other"), ALLOW)
        writer.attachments.add(AttachmentRecord(ROOT, HolderKind.GROUP, str(ops.id), other.id))
    with database.read() as reader:
        after = assemble(read_rows(reader, [ROOT])[ROOT], known, before)
    assert after.roles is before.roles
    assert after.users != before.users
    assert after.policies[policy.name] is before.policies[policy.name]
    assert assemble_all({}, known, {}) == ({}, {})


def test_every_problem_of_an_account_is_reported_with_its_place(database):
    policy, alice, _, role = write_small_account(database)
    with database.write(author()) as writer:
        writer.versions.update(replace(writer.versions.get(ROOT, policy.id, 1), document='{"version": "1.0"}'))
        writer.roles.update(replace(role, trust="{"))
        writer.attachments.add(AttachmentRecord(ROOT, HolderKind.USER, alice.uin, 777))
        rows = read_rows(writer, [ROOT])
    accounts, faults = assemble_all(rows, ParsedPolicies(), {})
    assert accounts == {}
    assert {(each.file, each.code) for each in faults[ROOT]} == {
        (f"100/policyid/{policy.id}", "InvalidParameter.VersionError"),
        (f"100/policyid/{policy.id}", "InvalidParameter.StatementError"),
        (f"100/roleid/{role.id}", "InvalidParameter.PolicyDocumentError"),
        ("100/policyid/777", "UnknownPolicy"),
    }
    with pytest.raises(InvalidAccountError):
        assemble(rows[ROOT])
