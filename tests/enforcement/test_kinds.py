"""A value of a kind is taken in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.enforcement import CallRefusedError
from authz.enforcement.kinds import INT, TEXT, UUID, of_kind, split_kind


@given(st.integers())
def test_a_number_has_one_form(number):
    assert INT.canonical.fullmatch(str(number))
    assert bool(INT.in_path.fullmatch(str(number))) == (number >= 0)
    assert INT.readable.fullmatch(str(number))


@given(st.text("0123456789+-_ .\u0661\uff11", max_size=6))
def test_what_is_canonical_is_what_the_number_is_printed_as(text):
    assert bool(INT.canonical.fullmatch(text)) == (text != "" and printed(text) == text)


def printed(text):
    try:
        return str(int(text))
    except ValueError:
        return None


@given(st.uuids())
def test_a_uuid_has_one_form(value):
    assert UUID.canonical.fullmatch(str(value))
    for other in (str(value).upper(), value.hex, f"{{{value}}}", value.urn):
        assert other == str(value) or not UUID.canonical.fullmatch(other)


def test_a_name_may_have_a_kind():
    assert split_kind("app") == ("app", TEXT)
    assert split_kind("query.app:int") == ("query.app", INT)
    assert split_kind("key:uuid") == ("key", UUID)


@pytest.mark.parametrize("name", ["app:", "app:float", "app:INT", "app:int:int"])
def test_a_kind_that_there_is_not_is_refused(name):
    with pytest.raises(ValueError, match="write `app:int` or `app:uuid`"):
        split_kind(name)


def test_a_reader_refuses_other_forms_and_keeps_what_is_missing():
    read = of_kind(lambda message: message, "app", INT)
    assert read(("1", "", "-20")) == ("1", "", "-20")
    with pytest.raises(CallRefusedError, match="`app` is not in the canonical form of the kind `int`"):
        read(("1", "02"))
