"""The text of the demo: commands that a shell takes as they are."""

import sys

import pytest

from authz.app.demo.folder import DemoFolder
from authz.app.demo.guide import SCRIPT, Addresses, guide, program
from authz.control.accounts import NewAccount

ROOT = NewAccount("12345678", "secret", "AKID1", "key")


def test_addresses_of_all_interfaces_are_called_on_loopback(tmp_path):
    text = guide(DemoFolder(tmp_path, is_kept=False), Addresses("[::]:1", "0.0.0.0:2"), ROOT)
    assert "--server '[::1]:1'" in text
    assert 'HTTPConnection("127.0.0.1:2")' in text


def test_what_a_shell_would_split_is_quoted(tmp_path):
    text = guide(DemoFolder(tmp_path / "two words", is_kept=True), Addresses("unix:/a b", "127.0.0.1:2"), ROOT)
    assert f"export AUTHZ_ON='sqlite:///{tmp_path}/two words/demo.db'" in text
    assert "--server 'unix:/a b'" in text


def test_comments_may_be_pasted_into_a_shell_that_has_none(tmp_path):
    """An interactive zsh runs a line with a `#` as a command: a quote in it would wait for another."""
    text = guide(DemoFolder(tmp_path, is_kept=False), Addresses("127.0.0.1:1", "127.0.0.1:2"), ROOT)
    comments = [line for line in text.partition(SCRIPT)[2].splitlines() if line.startswith("#")]
    assert comments
    assert not any(set("'\"`()$*?!;&|<>") & set(line) for line in comments)


@pytest.mark.parametrize("is_on_path", [True, False])
def test_a_program_is_named_by_its_path_unless_the_shell_finds_it(is_on_path, tmp_path, monkeypatch):
    script = tmp_path / "bin" / "authz"
    script.parent.mkdir()
    script.touch(0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", str(script.parent) if is_on_path else "/nowhere")
    assert program() == ("authz" if is_on_path else str(script))
