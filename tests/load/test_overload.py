import json

from click.testing import CliRunner

from tests.load.overload import overload_command


def test_half_and_twice_of_the_capacity_are_told_side_by_side(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--runs", "1", "--seconds", "0.5", "--size", "200", "--max-in-flight", "2", "--json", str(file)]
    result = CliRunner().invoke(overload_command, [*options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    half, twice = json.loads(file.read_text())
    assert (half["load"], twice["load"]) == ("half", "twice")
    assert 0 < twice["accepted %"] <= 100
    assert half["p99 to half"] == 1
