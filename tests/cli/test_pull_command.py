import importlib.util

import pytest

from authz.cli import pull_command
from tests.cli.databases import run


def test_a_pull_without_the_sdk_says_what_to_install(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(pull_command, "find_spec", lambda name: None if name == "tencentcloud" else found(name))
    result = run("pull", "--into", tmp_path / "out", status=1)
    assert "pip install 'authz-sidecar[pull]'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--into'"),
        (["--into", "x", "--calls-per-second", "0"], "Invalid value for '--calls-per-second'"),
    ],
)
def test_options_are_checked(arguments, message):
    assert message in run("pull", *arguments, status=2).stderr


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("mysql://a:secret@b/c", "expected sqlite:///relative.db"),
        ("sqlite:///{}/none.db", "`authz control init sqlite:///"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot reach postgresql://nobody:***@127.0.0.1:1/none"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_before_anything_is_read(tmp_path, target, message):
    result = run("pull", "--into", target.format(tmp_path), "--endpoint", "http://127.0.0.1:1", status=2)
    assert message in result.stderr
    assert "secret" not in result.stderr
