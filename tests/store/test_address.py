"""The URL of a database."""

from pathlib import Path

import pytest

from authz.store.address import parse_address
from authz.store.errors import StoreError


def test_both_kinds_of_urls_are_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parse_address("sqlite:///a.db").file == tmp_path / "a.db"
    assert parse_address("sqlite:////x/a.db").key_file == Path("/x/a.db.key")
    address = parse_address("postgresql://me:secret@host:5/db?sslmode=require")
    assert (address.dialect, address.file) == ("postgresql", None)
    assert address.shown == "postgresql://me:***@host:5/db?sslmode=require"
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    "text",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://u:secret@h/d", "postgresql//u:secret@h"],
)
def test_others_are_refused_with_the_forms_and_without_the_password(text):
    with pytest.raises(StoreError, match=r"expected sqlite:///relative\.db") as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)
