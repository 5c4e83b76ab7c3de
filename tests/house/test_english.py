"""Messages, docstrings, comments and documents are in plain English: no turn of phrase of the list in english.py."""

import re

import pytest

from tests.house import measure
from tests.house.english import TURNS
from tests.house.prose import line_passages, markdown_passages, passages, python_passages

_DEPLOYED = {".md", ".yaml", ".json", ".proto", ".py", ".tpl"}


def documents():
    """All pages, manifests and contracts that users read, and the example."""
    pages = [*measure.ROOT.glob("*.md"), *measure.ROOT.glob("docs/**/*.md"), *measure.ROOT.glob("protos/**/*.proto")]
    deployed = [path for path in measure.ROOT.glob("deploy/**/*") if path.suffix in _DEPLOYED]
    measured = measure.ROOT.glob("tests/load/*.md")
    return [*pages, *measured, *(path for path in deployed if "_pb2" not in path.name)]


def texts():
    """All modules and pages, by their path from the root of the repository."""
    return {str(path.relative_to(measure.ROOT)): path for path in sorted([*measure.modules(), *documents()])}


def faults(name, found):
    """Each banned turn in some passages, with its place and what to write instead."""
    return [
        f"{name}:{passage.line_at(match.start())}: `{match[0]}`: {turn.advice}"
        for passage in found
        for turn in TURNS
        for match in turn.pattern.finditer(passage.prose)
    ]


@pytest.mark.parametrize("name", texts())
def test_no_banned_turn_is_used(name):
    found = faults(name, passages(texts()[name]))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.examples[0])
def test_each_turn_is_found_in_its_examples_and_not_in_good_english(turn):
    assert [example for example in turn.examples if not turn.pattern.search(example)] == []
    assert [fine for fine in turn.fine if turn.pattern.search(fine)] == []


SOURCE = '''"""Nobody
asks."""

x = f"`{x}` is no {kind}"  # whoever
# all
# that
y = "a" "b `nobody` c"
'''


def test_docstrings_comments_and_strings_are_checked_and_code_spans_are_not():
    found = faults("m.py", python_passages(SOURCE))
    assert [line.split(": ")[:2] for line in found] == [
        ["m.py:1", "`Nobody`"],
        ["m.py:4", "`is no `"],
        ["m.py:4", "`whoever`"],
        ["m.py:5", "`all that`"],
    ]
    assert all(re.search(r": `.*`: \w.*", line) for line in found)


PAGE = """# Title

A list:
- it is
  no directory

```
nobody
```
Nobody. `nobody`
"""


def test_paragraphs_of_pages_are_checked_and_code_is_not():
    found = faults("p.md", markdown_passages(PAGE))
    assert [line.split(": ")[:2] for line in found] == [["p.md:4", "`is no `"], ["p.md:10", "`Nobody`"]]


MANIFEST = """# Read by the
# sidecar, and nobody
key: value  # whoever
# else
summary: it is no directory
"""


def test_lines_and_comments_of_manifests_are_checked():
    found = faults("m.yaml", line_passages(MANIFEST))
    assert [line.split(": ")[:2] for line in found] == [
        ["m.yaml:2", "`nobody`"],
        ["m.yaml:3", "`whoever`"],
        ["m.yaml:5", "`is no `"],
    ]
