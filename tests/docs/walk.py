"""Runs a page as one walk: all its commands in one folder, on one database; `python -m tests.docs.walk` refreshes it.

What differs each time (secrets, times) is shown by a placeholder.
"""

import contextlib
import os
import re
import shlex
import tempfile
from pathlib import Path

from click.testing import CliRunner

from authz.cli.main import main
from tests.docs.pages import blocks, write_files
from tests.docs.printing import PROGRAM, runs
from tests.sidecar import ROOT

PAGE = ROOT / "docs" / "control-cli.md"
REASON = "run as one walk"
_MASKS = (
    (re.compile(r"AKID[A-Za-z0-9]{32}(?=  )"), "AKID…".ljust(36)),
    (re.compile(r"AKID[A-Za-z0-9]{32}"), "AKID…"),
    (re.compile(r"(Password|SecretKey):( +)\S+"), r"\1:\2…"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "2026-11-29 09:30:00"),
)


def steps():
    """The console blocks of the page, each with its commands and what they print."""
    return [
        (block, list(runs(block.text)))
        for block in blocks(PAGE)
        if block.language == "console" and block.reason == REASON
    ]


@contextlib.contextmanager
def walking():
    """A new folder with the files of the page, in which a walk runs; the variables of the machine are left out."""
    before, variables = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        write_files(PAGE, Path(folder))
        os.chdir(folder)
        for name in [each for each in os.environ if each.startswith("AUTHZ_")]:
            del os.environ[name]
        try:
            yield Path(folder)
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(variables)


def walked(command, folder):
    """What a command prints, with placeholders; `export NAME=VALUE` sets a variable for those that follow."""
    program, *arguments = shlex.split(command)
    if program == "export":
        name, _, value = arguments[0].partition("=")
        os.environ[name] = value
        return ""
    if program == "cat":
        return Path(arguments[0]).read_text().strip()
    assert program == PROGRAM, command
    text = CliRunner().invoke(main, arguments, prog_name="authz").output.replace(f"{folder.resolve()}/", "")
    for pattern, placeholder in _MASKS:
        text = pattern.sub(placeholder, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def refresh():
    """Write into the page what its commands print now."""
    text = PAGE.read_text()
    with walking() as folder:
        for block, commands in steps():
            shown = ["\n".join(filter(None, [f"$ {each}", walked(each, folder)])) + "\n" for each, _ in commands]
            text = text.replace(block.text, "\n".join(shown), 1)
    PAGE.write_text(text)


if __name__ == "__main__":
    refresh()
