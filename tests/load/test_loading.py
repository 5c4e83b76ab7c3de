"""The measurements of loading and starting run and print a table."""

import json

import pytest
from click.testing import CliRunner

from tests.load.loading import loading_command
from tests.load.startup import startup_command
from tests.sidecar import EXAMPLE


@pytest.mark.parametrize(
    ("command", "arguments"),
    [(loading_command, ["--accounts", "3"]), (startup_command, [str(EXAMPLE), "--runs", "1"])],
    ids=["loading", "startup"],
)
def test_a_measurement_prints_its_figures_and_writes_them(tmp_path, command, arguments):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(command, [*arguments, "--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert all(column in result.output for column in json.loads(file.read_text())[0])
