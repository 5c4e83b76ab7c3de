"""What the pages show is what the commands and programs print."""

import re
import subprocess
import sys

import pytest

from tests.docs.pages import PAGES, blocks, write_files
from tests.docs.printing import ADDRESS, consoles, printed, runs
from tests.sidecar import EXAMPLE, ROOT, Sidecar
from tests.waiting import DEADLINE

CONSOLES = [(page, block) for page in PAGES for block in consoles(page)]
PROGRAMS = [block for page in PAGES for block in blocks(page) if block.language == "python" and not block.reason]


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.mark.parametrize(("page", "block"), CONSOLES, ids=lambda value: str(value).replace(f"{ROOT}/", ""))
def test_a_command_prints_what_the_page_shows(page, block, sidecar, tmp_path):
    """If a message changed on purpose, `python -m tests.docs.printing` brings the pages up to date."""
    write_files(page, tmp_path)
    assert [printed(command, sidecar.tcp, tmp_path) for command, _ in runs(block.text)] == [
        shown for _, shown in runs(block.text)
    ]


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_prints_what_its_comments_say(block, sidecar):
    expected = re.findall(r"^\s*print\(.*\)  # (.*)$", block.text, flags=re.MULTILINE)
    assert expected, "a program shows what it prints, or a comment says why it is not run"
    result = subprocess.run(
        [sys.executable, "-c", block.text.replace(ADDRESS, sidecar.tcp)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert (result.stdout.splitlines(), result.stderr) == (expected, "")


def test_there_are_commands_and_programs_on_the_readme():
    pages = [page for page, _ in CONSOLES]
    assert pages.count(ROOT / "README.md") == 3
    assert "README.md" in {block.page for block in PROGRAMS}
