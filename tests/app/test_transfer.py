"""A policy directory and a database hold the same account, whichever way it is moved."""

import shutil
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from authz.app.opening import opened_plane
from authz.app.transfer import DETAILS, DirectoryImport, all_accounts, export_directory, to_yaml
from authz.control.errors import ControlError
from authz.errors import InvalidAccountError, SourceError
from authz.sources.directory.source import DirectorySource
from authz.sources.yaml_text import read_yaml
from authz.store.account_assembly import assemble
from authz.store.address import parse_address
from authz.store.records import AccountRecord
from authz.store.schema import create
from tests import strategies
from tests.builders import ALICE, CI, ROOT_UIN, ask
from tests.control.directories import (
    author,
    directories,
    load,
    quiet,
    records,
    rows_of,
    write_directory,
)
from tests.sidecar import EXAMPLE

BOB = ALICE.replace("100001", "100002")


@pytest.fixture
def plane(database_url):
    with opened_plane(database_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def scratch(template_databases):
    """Makes new folders, each with the URL of a new database."""
    made = template_databases["folder"] / "transfer.db"
    create(parse_address(f"sqlite:///{made}"))
    with tempfile.TemporaryDirectory() as top:

        def new():
            folder = Path(tempfile.mkdtemp(dir=top))
            shutil.copyfile(made, folder / "a.db")
            shutil.copyfile(made, folder / "b.db")
            return folder, f"sqlite:///{folder}/a.db", f"sqlite:///{folder}/b.db"

        yield new


@settings(max_examples=15)
@given(account=directories(), questions=strategies.st.lists(strategies.questions, min_size=1, max_size=8))
def test_an_export_of_an_import_decides_as_the_directory(scratch, account, questions):
    folder, url, _ = scratch()
    directory = write_directory(folder / "in", *account)
    with opened_plane(url) as plane:
        assert load(plane, directory).is_change
        assert not load(plane, directory).is_change
        export_directory(plane, all_accounts(plane), folder / "out", quiet)
        assert not load(plane, folder / "out").is_change
        stored = assemble(rows_of(plane)[0])
    given_account, exported = DirectorySource(directory).load(""), DirectorySource(folder / "out").load("")
    for action, resource in questions:
        for principal in (ALICE, BOB, CI):
            decision = ask(given_account, action, resource, principal)
            assert ask(exported, action, resource, principal) == decision
            assert ask(stored, action, resource, principal) == decision
    assert exported == given_account == stored


@settings(max_examples=15)
@given(write=records())
def test_an_import_of_an_export_is_the_same_database(scratch, write):
    folder, url, other = scratch()
    with opened_plane(url) as plane:
        with plane.database.write(author()) as writer:
            writer.accounts.add(AccountRecord(ROOT_UIN, "9", "ours", 5.25, '{"a": 1}', 6.5, "uin/1"))
            write(writer)
        before = rows_of(plane)
        export_directory(plane, [ROOT_UIN], folder / "out", quiet)
    with opened_plane(other) as plane:
        load(plane, folder / "out")
        assert rows_of(plane) == before
        assert not load(plane, folder / "out").is_change


def test_several_accounts_have_a_folder_each_and_a_broken_one_stops_all(plane, tmp_path):
    for name, uin in (("a", "11"), ("b", "22")):
        write_directory(tmp_path / "in" / name, {}, {"account": uin, "users": [{"uin": "5"}]})
    source = DirectoryImport(tmp_path / "in")
    keys = source.check(quiet).keys
    assert keys == {"11": "a", "22": "b"}
    for uin, key in keys.items():
        source.load(plane, uin, key, may_delete=False)
    export_directory(plane, all_accounts(plane), tmp_path / "out", quiet)
    assert sorted(path.name for path in tmp_path.joinpath("out").iterdir()) == ["11", "22"]
    write_directory(tmp_path / "in" / "c", {"p": "{"}, {"account": "11"})
    write_directory(tmp_path / "in" / "d", {}, {"account": "11"})
    with pytest.raises(InvalidAccountError) as caught:
        source.check(quiet)
    assert [problem.code for problem in caught.value.problems] == [
        "InvalidParameter.PolicyDocumentError",
        "DuplicateAccount",
    ]


def test_an_export_never_writes_into_a_folder_with_files(plane, tmp_path):
    load(plane, EXAMPLE)
    tmp_path.joinpath("file").touch()
    with pytest.raises(SourceError, match="is not empty"):
        export_directory(plane, [ROOT_UIN], tmp_path, quiet)
    with pytest.raises(ControlError, match="account 5 is not in this database"):
        export_directory(plane, ["5"], tmp_path / "new", quiet)
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("authz.db")) == ["file"]
    with pytest.raises(SourceError, match="no account"):
        export_directory(plane, [], tmp_path / "new", quiet)


@pytest.mark.parametrize(
    "text", ["no", "007", "1.5", "~", "a: b #c", "é😀", "\"'\\", "two\nlines\r\n", "\x07", "", "- x"]
)
def test_what_is_written_as_yaml_is_read_as_the_same(text):
    value = {"a": {text or "k": [text, {"b": text}]}, "n": 5, "t": True, "e": [], "o": {}}
    assert read_yaml(to_yaml(value)).value == value


def test_the_details_of_an_export_are_private(plane, tmp_path):
    load(plane, EXAMPLE)
    export_directory(plane, [ROOT_UIN], tmp_path / "out", quiet)
    assert tmp_path.joinpath("out", DETAILS).stat().st_mode & 0o777 == 0o600
    assert "100001" in yaml.safe_load(tmp_path.joinpath("out", DETAILS).read_text())["users"]
