from tests.cli.databases import run, with_example
from tests.sidecar import EXAMPLE, write_account


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}


def test_an_export_holds_the_policies_that_were_imported(database_url, tmp_path):
    result = run("export", with_example(database_url), tmp_path / "out")
    assert result.stdout == f"1 account exported to {tmp_path}/out\n"
    assert files(tmp_path / "out") == files(EXAMPLE / "12345678")
    assert run("validate", tmp_path / "out").exit_code == 0


def test_one_of_several_accounts_is_exported_alone(sqlite_url, tmp_path):
    with_example(sqlite_url)
    run("import", write_account(tmp_path / "in", account="5"), "--into", sqlite_url)
    assert run("export", sqlite_url, tmp_path / "both").stdout.startswith("2 accounts exported")
    run("export", sqlite_url, tmp_path / "one", "--account", "5")
    assert "account: '5'" in tmp_path.joinpath("one", "attachments.yaml").read_text()
    assert (
        "account 6 is not in this database"
        in run("export", sqlite_url, tmp_path / "none", "--account", "6", status=2).stderr
    )


def test_a_folder_with_files_is_left_alone(sqlite_url, tmp_path):
    with_example(sqlite_url)
    result = run("export", sqlite_url, tmp_path, status=1)
    assert f"{tmp_path} is not empty; give a directory that is empty or does not exist" in result.stderr


def test_a_directory_is_printed_as_values_of_the_chart(tmp_path):
    assert run("export", "--helm", EXAMPLE).stdout.startswith("accounts:\n  '12345678':\n    attachments.yaml: |\n")
    broken = write_account(tmp_path / "d", {"p": "{"})
    assert f"{broken}/p.json:1: " in run("export", "--helm", broken, status=1).stderr
    assert "is not a directory" in run("export", "--helm", tmp_path / "none", status=2).stderr
    assert "expected --helm DIR" in run("export", "--helm", status=2).stderr
    assert "expected URL and DIR" in run("export", tmp_path, status=2).stderr
