"""docs/clients.md shows the programs that the tests run, not others like them."""

import re
from pathlib import Path

import pytest

from tests.sidecar import ROOT

PAGE = (ROOT / "docs" / "clients.md").read_text()
PROGRAMS = {"go": "go/main.go", "java": "java/src/main/java/Ask.java", "js": "node/ask.js"}


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("language", PROGRAMS)
def test_every_line_of_a_snippet_is_a_line_of_the_tested_program(language):
    [snippet] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    program = lines((Path(__file__).parent / PROGRAMS[language]).read_text())
    assert [line for line in lines(snippet) if line not in program] == []
