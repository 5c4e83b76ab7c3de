import json

from click.testing import CliRunner

from tests.load.control_plane import control_plane_command


def test_calls_are_measured_beside_a_bare_endpoint(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--seconds", "0.3", "--runs", "1", "--connections", "2", "--json", str(file)]
    result = CliRunner().invoke(control_plane_command, options, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = {row["call"]: row for row in json.loads(file.read_text())}
    assert list(rows) == [
        "bare endpoint",
        "GetPolicy",
        "ListPolicies",
        "unknown key",
        "wrong signature",
        "UpdatePolicy",
    ]
    assert rows["bare endpoint"]["ratio to bare"] == 1
    assert all(row["calls/s"] > 0 and row["server µs a call"] > 0 for row in rows.values())
