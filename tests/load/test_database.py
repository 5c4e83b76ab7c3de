"""The measurement of changes in a database runs and prints a table."""

import json

from click.testing import CliRunner

from tests.load.database import database_command


def test_a_measurement_prints_its_figures_and_writes_them(tmp_path):
    file = tmp_path / "figures.json"
    arguments = ["--changes", "3", "--accounts", "2", "--json", str(file)]
    result = CliRunner().invoke(database_command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())
    assert [(row["database"], row["changes"]) for row in rows] == [("sqlite", 3)] * 2 + [("postgresql", 3)] * 2
    assert all(column in result.output for column in rows[0])
