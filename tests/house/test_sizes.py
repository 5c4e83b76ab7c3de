"""The tail is budgeted: no file and no function that cannot be read at once."""

from pathlib import Path

import pytest

from tests.house import measure

MAX_FILE = 400
MAX_FUNCTION = 60
MIRROR = 0.85


@pytest.mark.parametrize(
    "path",
    [*measure.modules(), *sorted(measure.ROOT.joinpath("tests").rglob("*.py"))],
    ids=lambda path: str(path.relative_to(measure.ROOT)),
)
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text().splitlines()) <= MAX_FILE


@pytest.mark.parametrize("path", measure.modules(), ids=lambda path: str(path.relative_to(measure.ROOT)))
def test_no_function_is_longer_than_60_lines(path):
    assert [node.name for node, length in measure.functions(path) if length > MAX_FUNCTION] == []


@pytest.mark.parametrize("path", measure.modules(), ids=lambda path: str(path.relative_to(measure.ROOT)))
def test_every_module_says_what_it_is_in_its_first_sentence(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith('"""')
    assert len(first) > len('"""') + 20


def test_most_modules_have_a_test_of_their_name():
    tests = {path.name.removeprefix("test_") for path in Path(measure.ROOT, "tests").rglob("test_*.py")}
    own = [path for path in measure.modules() if path.name not in ("__init__.py", "__main__.py")]
    missing = [str(path.relative_to(measure.ROOT)) for path in own if path.name not in tests]
    assert 1 - len(missing) / len(own) >= MIRROR, missing
