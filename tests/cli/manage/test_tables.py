"""Tables and pages for people."""

import click
import pytest

from authz.cli.manage.tables import all_rows, fields, table, yes_no
from authz.control.results import Page


def plain(lines):
    return [click.unstyle(line) for line in lines]


def test_columns_are_aligned_in_every_script():
    lines = plain(table(("name", "n"), [("ops", 1), ("访问管理", 22), ("é", "")]))
    assert lines == ["name      n", "ops       1", "访问管理  22", "é"]


def test_an_empty_table_says_so():
    assert plain(table(("name",), [])) == ["none"]


def test_a_line_break_in_a_cell_cannot_forge_a_row():
    assert plain(table(("name",), [("a\nb",)]))[1] == "a\\nb"


def test_fields_that_are_empty_are_left_out():
    assert list(fields([("name", "x"), ("remark", ""), ("long name", 0)])) == ["name:      x", "long name: 0"]


@pytest.mark.parametrize("count", [0, 1, 200, 201, 1000])
def test_all_pages_are_read(count):
    rows = list(range(count))
    assert list(all_rows(lambda page, rp: Page(count, tuple(rows[(page - 1) * rp : page * rp])))) == rows


def test_flags_are_words():
    assert (yes_no(1), yes_no(False)) == ("yes", "no")
