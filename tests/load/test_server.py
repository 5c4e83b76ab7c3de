import json

from click.testing import CliRunner

from tests.load.server import server_command


def test_a_small_run_measures_every_scenario_asked_for_beside_the_baselines(tmp_path):
    file = tmp_path / "server.json"
    options = ["--runs", "1", "--calls", "40", "--only", "batch of 10,", "--json", str(file)]
    result = CliRunner().invoke(server_command, [*options], catch_exceptions=False)
    assert result.exit_code == 0
    *rows, protobuf_alone = json.loads(file.read_text())
    assert [row["scenario"] for row in rows if not row["scenario"].startswith("baseline")] == ["batch of 10, warm"]
    assert all(row["server µs a decision"] > 0 and row["decisions/s"] > 0 for row in rows)
    assert protobuf_alone["server µs a decision"] > 0
