"""Answers have the form that the official SDK reads."""

import json

import pytest

from authz.doors.api3.envelope import CONTENT_TYPE, date, failure, local_time, success, utc_time


def test_a_success_has_its_fields_and_the_request_id():
    assert json.loads(success({"PolicyId": 5}, "id")) == {"Response": {"PolicyId": 5, "RequestId": "id"}}


def test_a_refusal_has_code_message_and_request_id():
    assert json.loads(failure("A.B", "why ü", "id")) == {
        "Response": {"Error": {"Code": "A.B", "Message": "why ü"}, "RequestId": "id"}
    }


def test_half_of_a_surrogate_pair_does_not_break_an_answer():
    assert json.loads(failure("A", "\ud800", "id"))["Response"]["Error"]["Message"] == "?"


def test_the_content_type_has_no_charset():
    assert CONTENT_TYPE == "application/json"


@pytest.mark.parametrize(
    ("render", "shown"),
    [(local_time, "2023-11-15 06:13:20"), (utc_time, "2023-11-14T22:13:20Z"), (date, "2023-11-15")],
)
def test_times_are_rendered(render, shown):
    assert render(1_700_000_000.9) == shown


def test_an_unknown_time_is_null_and_an_unknown_date_empty():
    assert (local_time(0.0), utc_time(0.0), date(0.0)) == (None, None, "")
