"""The folder of the demo: filled once, as a whole."""

import pytest

from authz.app.demo import example, folder
from authz.app.demo.folder import demo_folder
from authz.errors import InvalidAccountError, SourceError
from tests.sidecar import EXAMPLE


@pytest.fixture(autouse=True)
def _no_key_of_the_machine(monkeypatch):
    for name in ("AUTHZ_MASTER_KEY", "AUTHZ_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_half_a_database_is_not_left_behind(tmp_path, monkeypatch):
    broken = tmp_path / "broken" / "12345678"
    broken.mkdir(parents=True)
    broken.joinpath("attachments.yaml").write_text("account: '12345678'\nusers: 5\n")
    monkeypatch.setattr(folder, "example_directory", lambda: broken.parent)
    with demo_folder(tmp_path / "kept") as made, pytest.raises(InvalidAccountError):
        made.fill()
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_database_that_is_there_is_left_as_it_is(tmp_path):
    with demo_folder(tmp_path) as made:
        root = made.fill()
        assert root.uin == "12345678"
        before = made.database.read_bytes()
        assert made.fill() is None
        assert made.database.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(SourceError, match=f"the folder of the demo: .*{path}"), demo_folder(path / "below"):
        pass


def test_the_example_of_the_repository_is_found_and_a_missing_one_is_said(tmp_path, monkeypatch):
    assert example.example_directory() == EXAMPLE
    monkeypatch.setattr(example, "_REPOSITORY", tmp_path)
    with pytest.raises(SourceError, match="not part of this installation"):
        example.example_directory()
