import pytest

from authz.errors import MalformedTextError
from authz.sources.yaml_block import MAX_DEPTH
from authz.sources.yaml_events import read_events

TEXT = """\
a: 1
b:
  - c: {d: [x,
        y]}
"""


def test_every_value_is_known_by_its_place():
    found = read_events(TEXT)
    assert found.value == {"a": 1, "b": [{"c": {"d": ["x", "y"]}}]}
    places = {(): (1, 1), ("a",): (1, 1), ("b", 0): (3, 5), ("b", 0, "c", "d"): (3, 9), ("b", 0, "c", "d", 1): (4, 9)}
    assert {path: tuple(found.find(path)) for path in places} == places


def test_the_place_of_what_is_not_there_is_that_of_what_is_around_it():
    assert tuple(read_events(TEXT).find(("b", 0, "missing"))) == (3, 5)


def test_what_is_nested_too_deeply_is_refused():
    assert read_events("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    with pytest.raises(MalformedTextError, match="nested too deeply"):
        read_events("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_it_rests_between_small_pieces_of_work():
    rests = []
    read_events("- a\n" * 1000, lambda: rests.append(1))
    assert len(rests) >= 100
