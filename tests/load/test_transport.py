import json

from click.testing import CliRunner

from tests.load.transport import transport_command


def test_every_way_of_serving_is_measured_with_and_without_switches(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--runs", "1", "--calls", "20"]
    result = CliRunner().invoke(transport_command, [*options, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert len({(row["mode"], row["switches"]) for row in rows}) == len(rows) == 10
    assert all(row["p99 ms"] > 0 for row in rows)
