"""The benchmarks run, print a table and write JSON; what they measure is proven in tests/e2e."""

import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.sidecar import EXAMPLE


@pytest.mark.parametrize(
    "arguments",
    [("load", "--accounts", "3"), ("reload", "--changes", "1"), ("startup", str(EXAMPLE), "--runs", "1")],
    ids=lambda arguments: arguments[0],
)
def test_a_benchmark_prints_its_figures_and_writes_them(tmp_path, arguments):
    result = CliRunner().invoke(main, ["bench", *arguments, "--json", str(tmp_path / "figures.json")])
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert all(column in result.output for column in figures[0])
