"""Every benchmark of the package runs, prints a table and writes JSON."""

import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.sidecar import EXAMPLE


@pytest.mark.parametrize(
    "arguments",
    [
        ("reload", "--changes", "1"),
        ("engine", str(EXAMPLE), "--runs", "1"),
        ("throughput", "--calls", "20", "--in-flight", "1,4"),
        ("throughput", "--calls", "5", "--batch", "7", "--in-flight", "2"),
        ("latency", "--rates", "100,200", "--seconds", "0.2"),
    ],
    ids=" ".join,
)
def test_a_benchmark_prints_its_figures_and_writes_them(tmp_path, arguments):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(main, ["bench", *arguments, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert all(column in result.output for row in rows for column in row)
    assert all(row.get("failed", 0) == 0 for row in rows)
