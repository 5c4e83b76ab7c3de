"""Each load command runs end to end at a small size, and says what it measured."""

import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main

SMALL = {
    "latency": ["--rates", "100,200", "--seconds", "0.2"],
    "tail": ["--runs", "1", "--seconds", "0.3", "--rate", "200", "--accounts", "20", "--policies", "5"],
    "transport": ["--runs", "1", "--calls", "20"],
}


@pytest.mark.parametrize("command", SMALL)
def test_a_load_command_measures_what_it_says(tmp_path, command):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(main, ["bench", command, *SMALL[command], "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert len(rows) == {"latency": 2, "tail": 4, "transport": 10}[command]
    assert all(row["p99 ms"] > 0 for row in rows)
