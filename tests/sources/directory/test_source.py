import asyncio
import contextlib
import errno
import os

import pytest

from authz.errors import InvalidAccountError, SourceError
from authz.sources.directory import files
from authz.sources.directory import source as source_module
from authz.sources.directory.files import ROOT
from authz.sources.directory.source import DirectorySource
from tests.sources.folders import GRANT, NOTHING, attachments, write_account
from tests.waiting import DEADLINE


def refused(folder, key=ROOT):
    """The problems as triples of file (below the folder), line and code."""
    with pytest.raises(InvalidAccountError) as caught:
        DirectorySource(folder).load(key)
    return [
        (os.path.relpath(problem.file, folder), problem.line, problem.code.removeprefix("InvalidParameter."))
        for problem in caught.value.problems
    ]


def keys(folder):
    return DirectorySource(folder).inventory().keys


def read(folder):
    """A source that has read all there is, and what it read."""
    source = DirectorySource(folder)
    return source, source.read(source.survey(is_thorough=True), is_long=True)


def test_a_directory_with_an_attachments_file_is_one_account(tmp_path):
    # files-and-commands: policy directory
    write_account(tmp_path, 1)
    write_account(tmp_path / "sub", 2)
    assert keys(tmp_path) == [ROOT]
    assert DirectorySource(tmp_path).load(ROOT).uin == "1"


def test_else_each_sub_directory_that_holds_one_is_an_account(tmp_path):
    write_account(tmp_path / "b", 2)
    write_account(tmp_path / "a", 1)
    (tmp_path / "empty").mkdir()
    (tmp_path / "README.md").write_text("no account")
    assert keys(tmp_path) == ["a", "b"]
    assert DirectorySource(tmp_path).load("b").uin == "2"


def test_attachments_may_be_json(tmp_path):
    (tmp_path / "attachments.json").write_text(attachments(1))
    assert keys(tmp_path) == [ROOT]
    assert DirectorySource(tmp_path).load(ROOT).users["100001"].name == "alice"


def test_policies_stand_beside_the_attachments_or_under_policies_and_are_named_by_their_stem(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "beside.v2.json").write_text(GRANT)
    assert set(DirectorySource(tmp_path).load(ROOT).policies) == {"p", "beside.v2"}


@pytest.mark.parametrize(
    "name", [".hidden.json", "..data/x.json", "policies/.p.json.swp", "notes.txt", "policies/sub/x.json"]
)
def test_other_files_are_not_looked_at(tmp_path, name):
    write_account(tmp_path, 1)
    source, _ = read(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{")
    assert source.survey(is_thorough=True) == set()
    assert set(DirectorySource(tmp_path).load(ROOT).policies) == {"p"}


def test_a_hidden_directory_is_no_account(tmp_path):
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / "..2026_01", 1)
    assert keys(tmp_path) == ["a"]


def test_an_attachments_file_under_policies_is_just_a_policy_with_that_name(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "policies" / "attachments.json").write_text(GRANT)
    assert "attachments" in DirectorySource(tmp_path).load(ROOT).policies


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "policies" / "p.json").write_text(GRANT + " "),
        lambda folder: (folder / "attachments.yaml").write_text(attachments(1, "p", name="carol")),
        lambda folder: (folder / "more.json").write_text(GRANT),
        lambda folder: (folder / "policies" / "p.json").unlink(),
        lambda folder: (folder / "policies" / "p.json").rename(folder / "policies" / "q.json"),
        lambda folder: (folder / "policies" / "p.json").rename(folder / "p.json"),
    ],
)
@pytest.mark.parametrize("policies", [1, 40])
def test_every_change_is_found_for_its_account_and_no_other(tmp_path, change, policies):
    for key, uin in (("a", 1), ("b", 2)):
        folder = write_account(tmp_path / key, uin)
        for number in range(1, policies):
            (folder / "policies" / f"more{number}.json").write_text(GRANT)
    source, _ = read(tmp_path)
    change(tmp_path / "a")
    assert source.survey(is_thorough=True) == {"a"}
    source.read({"a"}, is_long=True)
    assert source.survey(is_thorough=True) == set()


def test_a_replaced_file_of_equal_size_and_time_is_found(tmp_path):
    write_account(tmp_path, 1)
    (source, _), path = read(tmp_path), tmp_path / "policies" / "p.json"
    times = path.stat()
    other = tmp_path / "policies" / ".new"
    other.write_text(GRANT)
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(path)
    assert source.survey(is_thorough=True) == {ROOT}


def test_nothing_is_found_while_nothing_changes(tmp_path):
    write_account(tmp_path / "a", 1)
    source, _ = read(tmp_path)
    assert (source.survey(is_thorough=True), source.survey(is_thorough=False)) == (set(), set())


def test_links_are_followed_as_in_a_kubernetes_mount(tmp_path):
    data = write_account(tmp_path / "..2026_01", 1)
    mount = tmp_path / "mount"
    mount.mkdir()
    (mount / "..data").symlink_to(data)
    (mount / "attachments.yaml").symlink_to("..data/attachments.yaml")
    (mount / "p.json").symlink_to("..data/policies/p.json")
    source, update = read(mount)
    assert update.changed[ROOT].uin == "1"
    (data / "policies" / "p.json").write_text(GRANT + "\n")
    assert source.survey(is_thorough=True) == {ROOT}


def test_a_dangling_link_is_not_there(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "gone.json").symlink_to("nowhere")
    assert DirectorySource(tmp_path).load(ROOT).uin == "1"


def test_a_place_without_attachments_is_told_apart_from_an_account(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "p.json").write_text(GRANT)
    (tmp_path / "empty").mkdir()
    assert DirectorySource(tmp_path).inventory().bare == ["b"]
    source, update = read(tmp_path)
    assert (set(update.changed), update.faults, update.notes) == ({"a"}, {}, {})
    assert source.survey(is_thorough=True) == set()


def test_an_empty_directory_holds_no_account(tmp_path):
    assert keys(tmp_path) == []
    assert read(tmp_path)[1].changed == {}


def test_a_directory_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(SourceError, match=r"cannot read .*nosuch: No such file or directory"):
        DirectorySource(tmp_path / "nosuch").survey(is_thorough=True)
    with pytest.raises(SourceError, match="No such file or directory"):
        DirectorySource(tmp_path / "nosuch").read({"a"}, is_long=False)


def test_a_file_is_no_policy_directory(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError):
        DirectorySource(tmp_path / "file").survey(is_thorough=True)


# Refusals -----------------------------------------------------------------------------------------------------------


def test_every_problem_of_every_file_is_told_at_once(tmp_path):
    write_account(tmp_path, 1, text='{"version": "1.0",\n "statement": []}')
    (tmp_path / "attachments.yaml").write_text("account: '1'\nusers:\n  - uin: '2'\n    policies: [nosuch]\n    x: 1\n")
    (tmp_path / "b.json").write_text("{")
    assert refused(tmp_path) == [
        ("attachments.yaml", 5, "UnknownKey"),
        ("attachments.yaml", 4, "UnknownPolicy"),
        ("b.json", 1, "PolicyDocumentError"),
        ("policies/p.json", 1, "VersionError"),
        ("policies/p.json", 2, "StatementError"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("attachments.yaml", "account: '1'\nusers: [", ("attachments.yaml", 3, "InvalidYaml")),
        ("attachments.json", '{"account":\n1,}', ("attachments.json", 2, "InvalidJson")),
        ("attachments.yaml", "", ("attachments.yaml", 1, "InvalidAttachments")),
    ],
)
def test_a_malformed_attachments_file_is_told_with_its_line(tmp_path, name, text, problem):
    (tmp_path / name).write_text(text)
    assert refused(tmp_path) == [problem]


def test_two_attachments_files_are_one_too_many(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "attachments.json").write_text(attachments(1, "p"))
    assert ("attachments.yaml", 1, "DuplicateFile") in refused(tmp_path)


@pytest.mark.parametrize("policies", [1, 40])
def test_a_second_attachments_file_is_refused_beside_the_one_in_force(tmp_path, policies):
    folder = write_account(tmp_path / "a", 1)
    for number in range(policies):
        (folder / "policies" / f"more{number}.json").write_text(NOTHING)
    source, first = read(tmp_path)
    assert first.changed.keys() == {"a"}
    (folder / "attachments.json").write_text(attachments(1, name="mallory"))
    update = source.read(source.survey(is_thorough=True), is_long=True)
    assert [problem.code for problem in update.faults["a"]] == ["DuplicateFile"]
    (folder / "attachments.json").unlink()
    assert source.read(source.survey(is_thorough=True), is_long=True).unchanged == {"a"}


def test_a_missing_attachments_file_is_told_by_name(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "a" / "attachments.yaml").unlink()
    assert refused(tmp_path, "a") == [("a/attachments.yaml", 1, "MissingFile")]
    assert DirectorySource(tmp_path).name_of("a") == str(tmp_path / "a" / "attachments.yaml")


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "latin.json").write_bytes(b'{"version":\n "\xe9"}')
    assert refused(tmp_path) == [("latin.json", 2, "InvalidEncoding")]


def test_a_file_of_absurd_size_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_POLICY_BYTES", 500)
    write_account(tmp_path, 1)
    (tmp_path / "big.json").write_text(" " * 501)
    assert refused(tmp_path) == [("big.json", 1, "FileTooLarge")]


def test_a_file_that_may_not_be_read_is_told_with_the_reason(tmp_path, monkeypatch):
    write_account(tmp_path, 1)

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.os, "open", refuse)
    with pytest.raises(InvalidAccountError, match=r"p\.json:1: UnreadableFile: Permission denied"):
        DirectorySource(tmp_path).load(ROOT)


def test_a_file_that_is_read_in_pieces_is_read_to_its_end(tmp_path, monkeypatch):
    write_account(tmp_path, 1)
    read = os.read
    monkeypatch.setattr(files.os, "read", lambda file, size: read(file, min(size, 7)))
    assert DirectorySource(tmp_path).load(ROOT).uin == "1"


def test_one_policy_in_both_places_refuses_the_account(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "p.json").write_text(GRANT)
    assert [code for _, _, code in refused(tmp_path)] == ["DuplicatePolicy"]


# How often an account is listed when it is read for the first time ---------------------------------------------------


@pytest.fixture
def listed(monkeypatch):
    """The keys of the accounts that are listed, one for each time."""
    real, keys = files.list_account, []
    monkeypatch.setattr(files, "list_account", lambda root, key: keys.append(key) or real(root, key))
    return keys


@pytest.fixture
def telling(monkeypatch):
    """A function that says whether the file system tells of every change; it does until told otherwise."""

    def say(answer):
        monkeypatch.setattr(source_module, "reports_all_changes", lambda _: answer)

    say(True)
    return say


def watched(root):
    with contextlib.closing(DirectorySource(root, is_watched=True)) as source:
        return source.read(source.survey(is_thorough=True), is_long=True)


@pytest.mark.usefixtures("telling")
def test_a_watched_account_is_listed_once(tmp_path, listed):
    for key in ("a", "b"):
        write_account(tmp_path / key, 1)
    assert watched(tmp_path).changed.keys() == {"a", "b"}
    assert sorted(listed) == ["a", "b"]


def test_an_account_is_listed_again_where_not_all_changes_are_told(tmp_path, listed, telling):
    telling(False)
    write_account(tmp_path / "a", 1)
    assert watched(tmp_path).changed.keys() == {"a"}
    assert listed == ["a", "a"]
    assert read(tmp_path)[1].changed.keys() == {"a"}
    assert listed == ["a"] * 4


@pytest.mark.usefixtures("telling")
@pytest.mark.parametrize("name", ["a", "a/policies", "a/policies/p.json"])
def test_an_account_that_links_lead_to_is_listed_again(tmp_path, listed, name):
    root = tmp_path / "root"
    write_account(root / "a", 1)
    (root / name).rename(tmp_path / "elsewhere")
    (root / name).symlink_to(tmp_path / "elsewhere")
    assert watched(root).changed.keys() == {"a"}
    assert listed == ["a", "a"]


@pytest.mark.usefixtures("telling")
def test_a_link_that_is_swapped_while_nothing_else_is_found_is_heard_of(tmp_path, monkeypatch):
    root = tmp_path / "root"
    folder = write_account(root / "a", 1)
    for version, text in (("..1", GRANT), ("..2", NOTHING)):
        (folder / version).mkdir()
        (folder / version / "p.json").write_text(text)
    (folder / "..data").symlink_to("..1")
    (folder / "policies" / "p.json").unlink()
    (folder / "p.json").symlink_to("..data/p.json")
    real = files.list_account

    def list_and_swap(*arguments):
        found = real(*arguments)
        (folder / "..tmp").symlink_to("..2")
        (folder / "..tmp").rename(folder / "..data")
        source._watch.pump()  # as the thread that follows events does meanwhile
        return found

    async def next_change():
        async with asyncio.timeout(DEADLINE):
            return await anext(source.changes())

    with contextlib.closing(DirectorySource(root, is_watched=True)) as source:
        before = source.read(source.survey(is_thorough=True), is_long=True)
        assert before.changed.keys() == {"a"}
        monkeypatch.setattr(files, "list_account", list_and_swap)
        assert source.read(["a"], is_long=True).unchanged == {"a"}
        monkeypatch.setattr(files, "list_account", real)
        assert asyncio.run(next_change()) == {"a"}
        assert source.read(["a"], is_long=True).changed.keys() == {"a"}


@pytest.mark.usefixtures("telling")
@pytest.mark.parametrize("name", ["attachments.yaml", "policies/p.json", "policies/new.json"])
def test_an_account_of_which_an_event_tells_while_it_is_read_is_read_again(tmp_path, monkeypatch, name):
    folder = write_account(tmp_path / "a", 1)
    real, texts = files.read_file, iter([(folder / name).read_text() if (folder / name).exists() else GRANT])

    def change(*arguments):
        found = real(*arguments)
        if arguments[2] == "policies/p.json":  # the last one
            for text in texts:
                (folder / name).write_text(text + "\n")
        return found

    monkeypatch.setattr(files, "read_file", change)
    update = watched(tmp_path)
    assert [each.reason for each in update.unsettled.values()] == ["it changes while it is read"]
    assert not update.changed
