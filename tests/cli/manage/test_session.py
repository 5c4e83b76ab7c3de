"""What every command on a database has."""

import json

from tests.cli.databases import answer, run
from tests.sidecar import write_account


def test_the_database_comes_from_the_option_or_the_environment(url, monkeypatch):
    shown = run("groups", "list").stdout
    monkeypatch.delenv("AUTHZ_ON")
    assert run("groups", "list", "--on", url).stdout == shown
    assert "Missing option '--on'" in run("groups", "list", status=2).stderr


def test_an_account_is_named_only_where_there_are_several(url, tmp_path, refused):
    run("import", write_account(tmp_path / "5", account="5"), "--into", url)
    assert refused("groups", "list") == "the database has accounts 12345678, 5; give --account UIN"
    assert answer("groups", "list", "--account", "5") == {"groups": []}
    assert run("groups", "list", "--account", "5").stdout == "none\n"
    assert refused("users", "list", "--account", "6") == (
        "account 6 is not in this database; it has accounts 12345678, 5"
    )


def test_a_database_without_an_account_names_the_command_that_makes_one(sqlite_url, refused):
    assert "has no account; make one with `authz control init`" in refused("users", "list", "--on", sqlite_url)


def test_the_change_log_says_that_the_operator_acted_as_root_by_the_command_line(any_url):
    done = answer("groups", "create", "night-shift")
    lines = run("changes", any_url, "--since", 1, "--json").stdout.splitlines()
    (change,) = map(json.loads, lines)
    assert (change["action"], change["channel"], change["principal"], change["revision"]) == (
        "CreateGroup", "command-line", "qcs::cam::uin/12345678:root", done["revision"],
    )  # fmt: skip


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(refused):
    shown = refused("users", "list", "--on", "postgresql://me:secret-word@127.0.0.1:1/none")
    assert "cannot reach postgresql://me:***@127.0.0.1:1/none" in shown
    assert "secret-word" not in shown
