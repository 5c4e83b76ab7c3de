import json

from click.testing import CliRunner

from authz.cli.main import main


def test_latency_is_told_for_each_rate(tmp_path):
    file = tmp_path / "figures.json"
    options = ["--rates", "100,200", "--seconds", "0.2"]
    result = CliRunner().invoke(main, ["bench", "latency", *options, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert [row["sent/s"] for row in rows] == [100, 200]
    assert all(row["p99 ms"] > 0 for row in rows)
