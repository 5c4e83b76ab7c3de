import pytest

from tests.cli.databases import answer, run
from tests.sidecar import EXAMPLE, write_account


def test_an_import_says_what_it_wrote_and_a_second_one_that_nothing_changed(database_url):
    result = run("import", EXAMPLE, "--into", database_url)
    assert result.stdout == "account 12345678: 50 records added, 0 changed, 0 removed, revision 1\n"
    assert "authz keys create --account 12345678" in result.stderr
    result = run("import", EXAMPLE, "--into", database_url)
    assert (result.stdout, result.stderr) == ("account 12345678: no change, revision 1\n", "")
    accounts = answer("import", EXAMPLE, "--into", database_url)
    assert accounts == {"accounts": [{"account": "12345678", "added": 0, "changed": 0, "removed": 0, "revision": 1}]}


def test_many_accounts_are_summed_up(sqlite_url, tmp_path):
    for uin in range(1, 13):
        write_account(tmp_path / "in" / str(uin), account=str(uin))
    result = run("import", tmp_path / "in", "--into", sqlite_url)
    assert result.stdout == "12 accounts, 12 of them changed, 12 records written\n"
    assert "12 accounts got no access key" in result.stderr


def test_every_problem_of_the_directory_is_printed_and_nothing_imported(sqlite_url, tmp_path):
    folder = write_account(tmp_path / "in", {"p": "{"}, users=[{"uin": "0"}])
    result = run("import", folder, "--into", sqlite_url, status=1)
    assert f"{folder}/attachments.yaml:1: InvalidUin: " in result.stderr
    assert f"{folder}/p.json:1: InvalidParameter.PolicyDocumentError: " in result.stderr
    assert run("changes", sqlite_url).stdout == ""


def test_warnings_do_not_stop_an_import(sqlite_url, tmp_path):
    trust = {"version": "2.0", "statement": [{"effect": "allow", "action": "name/sts:AssumeRole"}]}
    trust["statement"][0]["principal"] = {"qcs": ["*"]}
    folder = write_account(tmp_path / "in", roles=[{"name": "ci", "trust": trust}])
    assert "Lint.OpenTrust" in run("import", folder, "--into", sqlite_url).stderr


def test_what_the_directory_lacks_stops_the_import_unless_it_may_be_deleted(sqlite_url, tmp_path):
    run("import", write_account(tmp_path / "1", users=[{"uin": "5", "name": "eve"}]), "--into", sqlite_url)
    folder = write_account(tmp_path / "2")
    result = run("import", folder, "--into", sqlite_url, status=1)
    assert result.stderr == (
        "authz: account 12345678: the database has what the directory lacks: user `eve`\n"
        "authz: nothing of it was imported; add them to DIR, or give --delete-missing\n"
    )
    assert "1 removed" in run("import", folder, "--into", sqlite_url, "--delete-missing").stdout


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///{}/none.db", "`authz control init sqlite:///"),
        ("mysql://a/b", "expected sqlite:///relative.db"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot reach postgresql://nobody@127.0.0.1:1/none"),
    ],
)
def test_a_database_that_cannot_be_used_is_an_error_of_one_line(tmp_path, url, message):
    result = run("import", EXAMPLE, "--into", url.format(tmp_path), status=2)
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_directory_without_an_account_is_an_error(sqlite_url, tmp_path):
    assert "no account found" in run("import", tmp_path, "--into", sqlite_url, status=2).stderr
