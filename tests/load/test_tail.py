import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.load import tail
from tests.load.tail import tail_command


def test_calm_and_disturbed_moments_are_told_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setattr(tail, "_REST", 0.0)
    file = tmp_path / "figures.json"
    options = ["--runs", "1", "--seconds", "0.3", "--rate", "200", "--accounts", "20", "--policies", "5"]
    result = CliRunner().invoke(tail_command, [*options, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert [row["while"].partition(": ")[2] for row in rows] == [
        "calm",
        "replaced every 1 s",
        "calm",
        "replaced every 5 s",
    ]
    assert all(row["p99 ms"] > 0 for row in rows)
    assert {row["calls/s"] for row in rows} == {200}


@pytest.mark.parametrize(("saturation", "rate"), [(9000.0, 4500.0), (10_001.0, 5000.0)])
def test_it_asks_half_of_what_can_be_answered_and_at_most_5000_a_second(monkeypatch, saturation, rate):
    monkeypatch.setattr(tail, "closed_loop", lambda *_: SimpleNamespace(rate=saturation))
    assert tail._half_of_saturation(SimpleNamespace(tcp="localhost:1")) == rate
