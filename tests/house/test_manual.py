"""Every row of the manual that is ours has a test that exists; none is forgotten, none is held that is not there."""

import ast
import os
import re
from pathlib import Path

import pytest

from tests.house.manual_rows import OUT_OF_SCOPE, TESTS

ROOT = Path(__file__).parents[2]
MANUAL = Path(os.environ.get("AUTHZ_SHARED", ROOT.parent / "shared")) / "reference" / "cam-language.md"


def rows(text):
    """The rows of all tables and numbered lists of sections 1 to 5, each after its section and without its bars."""
    section, before = "", ""
    for line in text.splitlines():
        heading = re.match(r"#+ (\d+(?:\.\d+)?)\.? ", line)
        if heading:
            section = heading[1]
        is_rule, is_head = line.startswith("|-"), not before.startswith("|")
        if section[:1] in {"1", "2", "3", "4", "5"} and not heading:
            if line.startswith("|") and not is_rule and not is_head:
                yield " ".join([section, *(cell.strip() for cell in line.strip("|").split("|"))])
            elif re.match(r"\d+\. ", line):
                yield f"{section} {line}"
        before = line


@pytest.mark.skipif(not MANUAL.exists(), reason="the reference material is not beside this checkout")
def test_every_row_of_the_manual_is_held_by_a_test_or_out_of_scope():
    found = list(rows(MANUAL.read_text(encoding="utf-8")))
    assert len(found) > 120
    keys = [*TESTS, *OUT_OF_SCOPE]
    assert {row[:60]: sum(row.startswith(key) for key in keys) for row in found} == {row[:60]: 1 for row in found}
    assert [key for key in keys if not any(row.startswith(key) for row in found)] == []


@pytest.mark.parametrize("test", sorted(set(TESTS.values())))
def test_the_test_of_a_row_exists(test):
    file, name = test.split("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
