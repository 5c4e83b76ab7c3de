import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.control.credentials import Credentials, credentials_csv, login_link
from authz.control.passwords import generate_password


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_file_has_the_four_columns_of_the_source_documents():
    # requirements 61
    password = generate_password()
    text = credentials_csv([Credentials("alice", password, "AKIDx", "secret")])
    assert text.startswith('"User name","Password","SecretId","SecretKey"\r\n"alice","')
    assert rows(text)[1] == ["alice", password, "AKIDx", "secret"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_compute_is_neutralised(name):
    assert rows(credentials_csv([Credentials(name)]))[1] == [f"'{name}", "", "", ""]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")))
def test_a_value_stays_in_its_cell(value):
    (_, row) = rows(credentials_csv([Credentials("a", value)]))
    assert row[1].removeprefix("'") == value.removeprefix("'")


def test_credentials_do_not_show_their_secrets():
    shown = repr(Credentials("alice", "hush-1", "AKIDx", "hush-2"))
    assert "alice" in shown
    assert "hush" not in shown


def test_the_login_link_names_the_account():
    # requirements 62
    assert login_link("http://127.0.0.1:8443/", "12345678") == "http://127.0.0.1:8443/console/login?account=12345678"
