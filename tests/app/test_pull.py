"""An account is pulled from a real control plane process by Tencent's SDK: what is pulled is what is stored."""

import json
import signal
from pathlib import Path

import pytest

from authz.app.opening import opened_plane
from authz.app.pull import default_journal
from authz.sources.directory.source import DirectorySource
from authz.store.address import parse_address
from authz.store.schema import create
from tests.builders import ROOT_UIN, allow, deny, document
from tests.control.planes import root
from tests.control_plane import ControlPlaneProcess
from tests.pull.accounts import comparable, decisions, fill, ordered, pull, questions, rewrite, stored
from tests.waiting import eventually

USERS, POLICIES, QUESTIONS = 30, 20, 2_000


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A control plane that nobody changes."""
    folder = tmp_path_factory.mktemp("control")
    with ControlPlaneProcess(f"sqlite:///{folder}/control.db", folder) as running:
        fill(running.url, USERS, POLICIES)
        yield running


@pytest.fixture
def other(tmp_path):
    """A control plane of its own, almost empty, that a test changes."""
    with ControlPlaneProcess(f"sqlite:///{tmp_path}/control.db", tmp_path) as running:
        yield running


@pytest.fixture
def empty(tmp_path):
    """The URL of a database without accounts."""
    url = f"sqlite:///{tmp_path}/pulled.db"
    create(parse_address(url))
    return url


def test_a_pulled_database_has_the_same_records(plane, empty):
    result = pull(plane, "--into", empty)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(
        f"account {ROOT_UIN}: 30 users, 6 groups, 3 roles, 20 policy files written to {empty}"
    )
    assert comparable(empty) == comparable(plane.url)
    again = pull(plane, "--into", empty)
    assert (again.returncode, comparable(empty)) == (0, comparable(plane.url))


def test_a_pulled_directory_decides_as_the_database(plane, tmp_path):
    result = pull(plane, "--into", tmp_path / "out")
    assert (result.returncode, result.stderr) == (0, "")
    source, pulled = stored(plane.url), DirectorySource(tmp_path / "out").load("")
    asked = questions(source, QUESTIONS)
    expected = decisions(source, asked)
    assert {is_allowed for is_allowed, _ in expected} == {True, False}
    assert decisions(pulled, asked) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert plane.root["SecretKey"] not in "".join(path.read_text() for path in tmp_path.rglob("*.*") if path.is_file())


def test_a_pull_that_is_killed_half_way_goes_on_and_leaves_nothing_half(plane, tmp_path):
    target, journal = tmp_path / "out", tmp_path / ".out.pull"
    running = pull(plane, "--into", target, "--calls-per-second", "100", background=True)
    eventually(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 40)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not target.exists()
    kept = journal.read_bytes().count(b"\n") - 1
    content = journal.read_text()
    assert plane.root["SecretKey"] not in content
    assert plane.root["SecretId"] not in content
    assert journal.stat().st_mode & 0o777 == 0o600
    journal.write_bytes(journal.read_bytes() + b'{"call": "cut o')  # as a crash of the machine leaves it
    result = pull(plane, "--into", target)
    assert result.returncode == 0, result.stderr
    assert f"going on with {kept} answers of an earlier pull" in result.stderr
    assert ordered(DirectorySource(target).load("")) == ordered(stored(plane.url))
    assert not journal.exists()


def test_a_journal_of_an_account_that_was_changed_since_is_not_used(other, tmp_path):
    fill(other.url, 5, 3)
    target, journal = tmp_path / "out", tmp_path / ".out.pull"
    running = pull(other, "--into", target, "--calls-per-second", "20", background=True)
    eventually(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 8)
    running.kill()
    running.wait()
    with opened_plane(other.url) as opened:
        opened.policies.update_policy(
            root(), policy_name="policy-1", policy_document=document(deny("*")), description="new"
        )
    result = pull(other, "--into", target)
    assert (result.returncode, result.stderr) == (0, "")
    assert ordered(DirectorySource(target).load("")) == ordered(stored(other.url))


def test_a_policy_that_is_refused_here_is_never_left_out(other, tmp_path):
    fill(other.url, 5, 3)
    source = stored(other.url)
    holder = next(user.uin for user in source.users.values() if any(p.name == "policy-1" for p in user.policies))
    rewrite(other.url, "policy-1", '{"version": "2.0", "statement": [{"effect": "maybe"}]}')
    refused = pull(other, "--into", tmp_path / "out", "--json")
    assert (refused.returncode, refused.stderr) == (1, "")
    outcome = json.loads(refused.stdout)
    assert (outcome["account"], outcome["written"]) == (ROOT_UIN, False)
    assert {each["subject"].partition(" (")[0] for each in outcome["findings"]} == {"policy `policy-1`"}
    assert {each["undecidable"] for each in outcome["findings"]} == {True}
    assert not tmp_path.joinpath("out").exists()
    said = pull(other, "--into", tmp_path / "out").stdout
    assert "policy `policy-1` (1000002): InvalidParameter.EffectError: line 1: " in said
    assert "so nothing was written; with --allow-undecidable" in said
    written = pull(other, "--into", tmp_path / "out", "--allow-undecidable")
    assert (written.returncode, written.stderr.count("going on with")) == (1, 1)
    account = DirectorySource(tmp_path / "out").load("")
    asked = [each for each in questions(account, 500) if each.principal.name == holder]
    assert asked
    assert not any(is_allowed for is_allowed, _ in decisions(account, asked))


def test_what_cannot_be_decided_as_cam_does_is_told_and_the_rest_is_written(other, empty):
    with opened_plane(other.url) as opened:
        policy = opened.policies.create_policy(root(), policy_name="p", policy_document=document(allow("name/im:*")))
        uin = opened.users.add_user(root(), name="eve").uin
        opened.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=uin)
    text = document(
        allow("name/cos:GetObject"), allow("name/im:SendMsg", condition={"string_equal": {"qcs:nothing": "x"}})
    )
    rewrite(other.url, "p", text)
    result = pull(other, "--into", empty)
    assert result.returncode == 1
    codes = [line.split(": ")[1] for line in result.stdout.splitlines()[:-1]]
    assert {"Lint.UncheckedService", "Lint.UnknownKey"} <= set(codes)
    assert comparable(empty)["texts"] == {policy: text}


def test_what_the_database_has_beyond_the_account_is_deleted_only_on_demand(other, empty):
    with opened_plane(other.url) as opened:
        group = opened.groups.create_group(root(), group_name="gone")
    assert pull(other, "--into", empty).returncode == 0
    with opened_plane(other.url) as opened:
        opened.groups.delete_group(root(), group_id=group)
    refused = pull(other, "--into", empty)
    assert (refused.returncode, "group `gone`" in refused.stderr, "--delete-missing" in refused.stderr) == (
        1,
        True,
        True,
    )
    assert pull(other, "--into", empty, "--delete-missing").returncode == 0
    assert comparable(empty)["groups"] == []


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["--endpoint", "http://127.0.0.1:1/path"], {}, "is not an endpoint; expected one such as https://"),
        ([], {"TENCENTCLOUD_SECRET_KEY": "wrong"}, "GetUserAppId: AuthFailure.SignatureFailure: "),
        ([], {"TENCENTCLOUD_SECRET_ID": "unknown"}, "GetUserAppId: AuthFailure."),
        (["--into", "sqlite:////nowhere/none.db"], {}, "authz: "),
        (["--into", "{here}"], {}, "is not empty; give a directory that is empty or does not exist"),
    ],
)
def test_an_error_is_one_line_and_nothing_is_written(plane, tmp_path, arguments, environment, message):
    tmp_path.joinpath("file").touch()
    given = [each.format(here=tmp_path) for each in arguments]
    result = pull(plane, "--into", tmp_path / "out", *given, **environment)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not tmp_path.joinpath("out").exists()
    assert plane.root["SecretKey"] not in result.stderr


def test_a_target_has_its_journal_beside_it():
    assert default_journal(Path("/a/b")) == Path("/a/.b.pull")
    assert default_journal("sqlite:////a/c.db") == Path("/a/.c.db.pull")
    assert default_journal("postgresql://u@h/d") is None
