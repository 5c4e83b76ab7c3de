"""No secret that is made stands anywhere but in the answer that shows it once: log, records, errors, files."""

import sqlite3
import traceback

import pytest

from authz.control.errors import ControlError
from authz.control.secrets import new_secret_id, new_secret_key, new_session_secret_id
from tests.builders import ROOT_UIN
from tests.control.planes import ROOT_TRUST, root


def test_ids_and_secrets_have_the_forms_of_tencent_cloud():
    assert len(new_secret_id()) == 36
    assert len(new_session_secret_id()) == 64
    assert {new_secret_id()[:4], new_session_secret_id()[:4]} == {"AKID"}
    made = {new_secret_key() for _ in range(1000)}
    assert {len(each) for each in made} == {32}
    assert len(made) == 1000


def secrets_of_a_flow(plane):
    """Makes secrets of every kind; gives them, and what answers and refusals showed of them."""
    first = plane.users.add_user(root(), name="alice", console_login=True, use_api=True)
    given = "Given-Sesame-0pen"
    plane.users.add_user(root(), name="bob", console_login=True, password=given)
    changed = plane.users.update_user(root(), name="bob", password="Changed-Sesame-0pen")
    key = plane.keys.create_access_key(root(), target_uin=first.uin)
    plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    session = plane.sts.assume_role(root(), role_arn=f"qcs::cam::uin/{ROOT_UIN}:roleName/ci", role_session_name="build")
    shown = [repr(each) for each in (first, key, session, plane.sts.session(session.tmp_secret_id, session.token))]
    weak = ["weak-sesame", " Sesame-0pen-blank "]
    for password in weak:
        with pytest.raises(ControlError) as caught:
            plane.users.add_user(root(), name="carol", console_login=True, password=password)
        shown += [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)[-1:]]
    plane.users.delete_user(root(), name="alice", force=True)
    assert changed == ""
    made = [first.password, first.secret_key, key.secret_access_key, session.tmp_secret_key, session.token]
    return [*made, given, "Changed-Sesame-0pen", *weak], shown


def test_no_secret_is_logged_shown_or_stored_in_the_clear(any_plane, tmp_path):
    secrets, shown = secrets_of_a_flow(any_plane)
    assert all(secrets)
    with any_plane.database.read() as reader:
        changes = reader.changes.since(0, 1000)
        records = [reader.users.list(ROOT_UIN), reader.keys.list(ROOT_UIN), reader.passwords.get(ROOT_UIN, ROOT_UIN)]
    assert len(changes) >= 8
    text = "\n".join([*shown, repr(changes), repr(records), repr(any_plane.database)])
    assert [secret for secret in secrets if secret in text] == []
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_what_is_stored_is_searched_by_that_test(plane, tmp_path):
    """The files hold what is not secret, so that a secret in the clear would be found."""
    plane.users.add_user(root(), name="alice", remark="a remark that can be found")
    file = tmp_path / "control.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"a remark that can be found" in file.read_bytes()


def test_the_first_secret_of_an_account_is_not_logged(plane):
    with plane.database.read() as reader:
        (key,) = reader.keys.list(ROOT_UIN)
        assert reader.keys.secret(key.secret_id) not in repr(reader.changes.since(0, 100))
