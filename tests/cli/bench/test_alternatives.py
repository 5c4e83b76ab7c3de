import json

import pytest
from click.testing import CliRunner

from authz.cli.bench import alternatives
from authz.cli.main import main
from authz.engine.decision import NO_MATCHING_ALLOW
from authz.errors import AuthzError


def test_every_way_is_timed_against_ours(tmp_path):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(main, ["bench", "alternatives", "--limit", "10", "--runs", "1", "--json", str(file)])
    assert result.exit_code == 0, result.output
    figures = json.loads(file.read_text())
    assert [row["way"] for row in figures] == list(alternatives.ALTERNATIVES)
    assert figures[0]["to ours"] == 1


def test_a_way_that_answers_differently_is_not_timed(monkeypatch):
    monkeypatch.setitem(alternatives.ALTERNATIVES, "wrong", lambda _: lambda *_: NO_MATCHING_ALLOW)
    with pytest.raises(AuthzError, match="`wrong` answers differently"):
        alternatives.measure(10, 1)
