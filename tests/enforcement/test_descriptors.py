"""Fields are read by their paths, and what is missing stays visible as an empty text."""

import pytest

from authz.enforcement.descriptors import field_reader
from tests.enforcement.backend import Ask, Inner

ABSENT = ("",)


@pytest.mark.parametrize(
    ("path", "message", "expected"),
    [
        ("app", Ask(app="a"), ("a",)),
        ("app", Ask(), ABSENT),
        ("number", Ask(number=7), ("7",)),
        ("number", Ask(), ABSENT),
        ("maybe", Ask(maybe=0), ("0",)),
        ("maybe", Ask(), ABSENT),
        ("apps", Ask(apps=["a", "b"]), ("a", "b")),
        ("apps", Ask(), ABSENT),
        ("apps", Ask(apps=["a", ""]), ("a", "")),
        ("inner.id", Ask(inner=Inner(id="i")), ("i",)),
        ("inner.id", Ask(), ABSENT),
        ("inners.id", Ask(inners=[Inner(id="i"), Inner()]), ("i", "")),
        ("inners.id", Ask(), ABSENT),
        ("inners.ids", Ask(inners=[Inner(ids=["i", "j"]), Inner()]), ("i", "j", "")),
    ],
)
def test_a_path_is_read(path, message, expected):
    assert field_reader(Ask.DESCRIPTOR, path)(message) == expected


def test_a_path_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"test\.Ask has no field `nothing`"):
        field_reader(Ask.DESCRIPTOR, "nothing")
