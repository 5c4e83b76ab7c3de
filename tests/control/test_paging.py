import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.control.errors import ControlError
from authz.control.paging import Window, window
from authz.control.results import Page


def test_pages_are_counted_from_1():
    assert window(20, 1) == Window(0, 20)
    assert window(50, 3) == Window(100, 50)


@pytest.mark.parametrize(("rp", "page"), [(0, 1), (-1, 1), (201, 1), (1, 0), (1, -1), (1, 201)])
def test_pages_out_of_range_are_refused(rp, page):
    with pytest.raises(ControlError) as caught:
        window(rp, page, 200)
    assert caught.value.code == "InvalidParameter.ParamError"


@given(st.integers(0, 50), st.integers(1, 20))
def test_all_pages_together_are_the_list(length, rp):
    rows, found = list(range(length)), []
    for page in range(1, 52):
        shown = window(rp, page).of(rows)
        assert shown.total == length
        found += shown.rows
    assert found == rows


def test_a_page_behind_the_end_is_empty():
    assert window(10, 3).of([1, 2]) == Page(2, ())
