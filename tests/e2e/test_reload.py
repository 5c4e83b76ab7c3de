"""Changes on disk while a client asks all the time; broken versions that change nothing."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from authz.cli.bench.changes import CHANGES
from authz.cli.bench.reload import measure
from authz.cli.main import main
from tests.builders import allow, document
from tests.sidecar import ROOT, Sidecar, check_request, eventually, reason, user, write_account
from tests.waiting import DEADLINE

ADMIN = [allow("*")]


@pytest.mark.usefixtures("transport")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_comes_into_force_and_no_call_fails_meanwhile(change):
    # `measure` itself fails when a call fails, or an old decision comes after the new one.
    row = measure(change, 6)
    assert row["failed"] == 0
    assert row["checks meanwhile"] >= row["times"] == 6


def broken_policy(folder):
    (folder / "p.json").write_text(
        '{\n"version": "2.0",\n"statement": [{"effect": "Allow", "action": "*", "resource": "*"}]}'
    )
    return "p.json:3: InvalidParameter.EffectError"


def long_policy(folder):
    text = document(allow("im:" + "x" * 6200))
    (folder / "p.json").write_text(text.replace("x" * (len("".join(text.split())) - 6145), "", 1))
    return "p.json:1: InvalidParameter.PolicyDocumentLengthOverLimit"


def unknown_policy(folder):
    (folder / "attachments.yaml").write_text('account: "12345678"\nusers:\n  - uin: "100001"\n    policies: [q]\n')
    return "attachments.yaml:4: UnknownPolicy"


def duplicate_uin(folder):
    (folder / "attachments.yaml").write_text('account: "12345678"\nusers:\n  - uin: "100001"\n  - uin: "100001"\n')
    return "attachments.yaml:4: DuplicateUin"


def invalid_yaml(folder):
    (folder / "attachments.yaml").write_text('account: "12345678"\nusers: [\n')
    return "attachments.yaml:3: InvalidYaml"


def missing_attachments(folder):
    (folder / "attachments.yaml").unlink()
    return "attachments.yaml:1: MissingFile"


@pytest.mark.parametrize(
    "breakage",
    [broken_policy, long_policy, unknown_policy, duplicate_uin, invalid_yaml, missing_attachments],
    ids=lambda breakage: breakage.__name__,
)
def test_a_broken_version_changes_nothing_and_is_told(tmp_path, breakage):
    folder = write_account(tmp_path / "main", {"p": ADMIN}, users=[{"uin": "100001", "policies": ["p"]}])
    write_account(tmp_path / "other", account="87654321")
    with Sidecar(tmp_path) as sidecar:
        problem = f"{folder}/{breakage(folder)}"
        event = sidecar.wait_for_log("account refused")
        assert [line for line in event["problems"] if line.startswith(problem)]
        assert sidecar.check(user(), "im:X").allowed
        assert sidecar.is_serving()
        assert sidecar.metrics()["authz_source_fault_problems", "main"] >= 1
        if breakage is not missing_attachments:  # a folder without attachments is no account to validate
            result = CliRunner().invoke(main, ["validate", str(tmp_path)])
            assert result.exit_code == 1
            assert problem in result.output
        write_account(folder, {"p": [allow("sms:*")]}, users=[{"uin": "100001", "policies": ["p"]}])
        eventually(lambda: not sidecar.check(user(), "im:X").allowed)
        assert ("authz_source_fault_problems", "main") not in sidecar.metrics()


def test_a_change_of_one_account_of_200_leaves_the_answers_of_the_others_in_the_cache(tmp_path):
    uins = [str(10_000_000 + number) for number in range(200)]
    for uin in uins:
        write_account(tmp_path / uin, account=uin, users=[{"uin": "1", "policies": ["AdministratorAccess"]}])
    requests = [check_request(f"qcs::cam::uin/{uin}:uin/1", "im:X") for uin in uins]
    with Sidecar(tmp_path) as sidecar:
        [before] = {sidecar.stub.Check(request).revision for request in requests}
        write_account(tmp_path / uins[0], account=uins[0], users=[{"uin": "1"}])
        eventually(lambda: sidecar.metrics()["authz_revision",] > int(before))
        counted = sidecar.metrics()
        answers = [sidecar.stub.Check(request) for request in requests]
        after = sidecar.metrics()
    assert [answer.allowed for answer in answers] == [False] + [True] * 199
    assert len({answer.revision for answer in answers} | {before}) == 2
    grown = {name: after[name,] - counted[name,] for name in ("authz_cache_hits_total", "authz_cache_dropped_total")}
    assert grown == {"authz_cache_hits_total": 199, "authz_cache_dropped_total": 1}


@pytest.mark.usefixtures("transport")
def test_no_answer_ever_disagrees_with_the_revision_that_it_claims(tmp_path):
    """Attach and detach in turn: what a revision was, the watch tells; what was answered, the client compares."""
    attached, detached = [{"uin": "100001", "policies": ["AdministratorAccess"]}], [{"uin": "100001"}]
    write_account(tmp_path, users=attached)
    heard = {}
    with Sidecar(tmp_path) as sidecar:
        first = sidecar.check(user(), "im:X").revision
        meant = {first: True}
        current = first
        for turn in range(40):
            allowed = turn % 2 == 1
            write_account(tmp_path, users=attached if allowed else detached)

            def ask():
                answer = sidecar.check(user(), "im:X")
                heard.setdefault(answer.revision, set()).add(answer.allowed)
                return answer.revision if answer.revision != current else None  # noqa: B023 - called at once

            current = eventually(ask)
            meant[current] = allowed
            assert all(ask() is None for _ in range(20))
    assert heard == {revision: {allowed} for revision, allowed in meant.items()}


def test_changes_are_found_without_file_events(tmp_path):
    write_account(tmp_path, users=[{"uin": "100001"}])
    with Sidecar(tmp_path, "--no-watch") as sidecar:
        assert reason(sidecar.check(user(), "im:X")) == "NO_MATCHING_ALLOW"
        write_account(tmp_path, users=[{"uin": "100001", "policies": ["AdministratorAccess"]}])
        eventually(lambda: sidecar.check(user(), "im:X").allowed)


def test_a_validation_that_cannot_read_exits_with_2(tmp_path):
    command = [sys.executable, "-m", "authz", "validate", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE)
    assert (result.returncode, "no account found" in result.stderr) == (2, True)
