"""Runs the commands that the pages show; `python -m tests.docs.printing` writes what they print into the pages."""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import PAGES, blocks, write_files
from tests.sidecar import EXAMPLE, ROOT, Sidecar
from tests.waiting import DEADLINE

ADDRESS = "127.0.0.1:50051"
PROGRAM = ".venv/bin/authz"


def consoles(page):
    """The console blocks of a page whose commands are run."""
    return [
        block
        for block in blocks(page)
        if block.language == "console" and not block.reason and f"{PROGRAM} " in block.text
    ]


def runs(text):
    """Each command of a console block, with what the page shows as its output."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output.strip()


def printed(command, address, folder):
    """What a command prints when it is run in `folder`, with the sidecar at `address` in place of the shown one."""
    program, *arguments = shlex.split(command.replace(ADDRESS, address))
    assert program == PROGRAM
    result = subprocess.run(
        [sys.executable, "-m", "authz", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    return (result.stdout + result.stderr).strip()


def refresh():
    """Write into each page what its commands print now."""
    with Sidecar(EXAMPLE) as sidecar:
        for page in PAGES:
            text = page.read_text()
            for block in consoles(page):
                with tempfile.TemporaryDirectory() as folder:
                    write_files(page, Path(folder))
                    parts = [f"$ {each}\n{printed(each, sidecar.tcp, folder)}\n" for each, _ in runs(block.text)]
                text = text.replace(block.text, "\n".join(parts))
            page.write_text(text)


if __name__ == "__main__":
    refresh()
