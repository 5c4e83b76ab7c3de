import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.language.operators import (
    OPERATORS,
    check_address,
    check_date,
    read_address,
    read_boolean,
    read_date,
    read_network,
    read_number,
)
from tests.builders import attempt

DATES = ["2026-01-31T08:00:00Z", "2024-02-29 08:00:00", "2026-01-31T08:00:00.5+08:00", "9999-12-31T23:59:59Z"]


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (read_number, ["0", "-1.5", "1e3", " 7 "]),
        (read_boolean, ["true", "False"]),
        (
            read_date,
            ["2016-06-01T00:01:00Z", "2022-05-31 00:00:00", "2016-06-01T 00:01:00Z", "2026-01-01T00:00:00.123+08:00"],
        ),
        (read_network, ["10.0.0.1", "10.217.182.3/24", "::/0"]),
        (read_address, ["10.0.0.1", "::1"]),
    ],
)
def test_published_forms_of_a_value_are_read(read, texts):
    # cam-language 2.3
    for text in texts:
        read(text)


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (read_number, ["", "one", "0x1", "nan", "inf", "1e9999", "9" * 41, "1_000", "\u0661"]),
        (read_boolean, ["", "1", "yes"]),
        (read_date, ["", "2026-01-01", "2026-13-01T00:00:00Z", "noon", "2026-01-01T24:00:01Z", "1767225600"]),
        (read_date, ["2026-01-01T24:00:00Z", "2026-01-01 24:00:00", "\u0662026-01-01T00:00:00Z"]),
        (read_network, ["", "10.0.0", "10.0.0.1/33", "host"]),
        (read_address, ["", "10.0.0.0/8", "host", "10.0.0.1:80"]),
    ],
)
def test_anything_else_is_of_another_type(read, texts):
    for text in texts:
        with pytest.raises(ValueError, match=r"is no|is neither"):
            read(text)


def test_dates_with_an_offset_are_the_same_moment():
    assert read_date("2026-01-01T08:00:00+08:00") == read_date("2026-01-01T00:00:00Z")


def test_negated_operators_have_a_positive_twin():
    for name, operator in OPERATORS.items():
        if operator.is_negated:
            twin = OPERATORS[name.replace("_not_", "_", 1)]
            assert (twin.kind, twin.matches, twin.is_negated) == (operator.kind, operator.matches, False)


@given(st.sampled_from(DATES), st.integers(0, 27), st.sampled_from("0123459TZ:- ²"))
def test_a_date_is_refused_by_the_quick_check_exactly_when_it_cannot_be_read(date, at, character):
    for text in (date, date[:at] + character + date[at + 1 :], date[:at] + character + date[at:]):
        told = [attempt(ValueError, lambda read=read, text=text: read(text))[1] for read in (read_date, check_date)]
        assert str(told[0]) == str(told[1])


@given(
    st.sampled_from(["10.0.0.1", "255.255.255.255", "::ffff:10.0.0.1", "fe80::1%eth0"]),
    st.integers(0, 15),
    st.sampled_from("0129.:% ²\0"),
)
def test_an_address_is_refused_by_the_quick_check_exactly_when_it_cannot_be_read(address, at, character):
    for text in (address, address[:at] + character + address[at + 1 :], address[:at] + character + address[at:]):
        told = [
            attempt(ValueError, lambda read=read, text=text: read(text))[1] for read in (read_address, check_address)
        ]
        assert str(told[0]) == str(told[1])


@pytest.mark.parametrize(
    ("read", "text"),
    [(read_address, "10.0.0.1"), (read_date, DATES[0]), (check_date, DATES[0]), (read_network, "::/0")],
)
def test_long_texts_are_read_and_not_remembered(read, text):
    tracemalloc.start()
    try:
        for blanks in range(100_000, 100_050):
            assert read(" " * blanks + text) == read(text)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
