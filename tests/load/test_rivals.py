import json

import pytest
from click.testing import CliRunner

from authz.errors import AuthzError
from tests.load import rivals as peers
from tests.load.rival_engines import ours
from tests.load.rival_grants import rivals_fixture
from tests.load.rivals import rivals_command


def run(tmp_path):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(rivals_command, ["--limit", "10", "--runs", "1", "--json", str(file)])
    assert result.exit_code == 0, result.output
    return result, json.loads(file.read_text())


def test_peers_are_timed_against_the_engine(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "RIVALS", {"twin": ours})
    _, figures = run(tmp_path)
    assert [(row["policies"], row["engine"]) for row in figures] == [(10, "authz"), (10, "twin")]
    assert figures[0]["to authz"] == 1


def test_a_peer_that_is_not_installed_is_left_out_with_a_word(tmp_path, monkeypatch):
    def missing(_):
        raise ImportError

    monkeypatch.setattr(peers, "RIVALS", {"missing": missing})
    result, figures = run(tmp_path)
    assert "missing is not installed" in result.output
    assert [row["engine"] for row in figures] == ["authz"]


def test_a_peer_that_answers_differently_is_named_with_the_question():
    world = rivals_fixture(10)
    asks = {"authz": ours(world), "wrong": lambda *texts: not ours(world)(*texts)}
    with pytest.raises(AuthzError, match=r"wrong answers \w+, not \w+, to qcs::cam::uin"):
        peers.check_answers(asks, world.questions)
