import json
import sys

import pytest
from click.testing import CliRunner

from tests.load.versus import main
from tests.sidecar import ROOT


@pytest.mark.parametrize("name", ["engine: denied", "batch of 1000, cold", "p99 while an account changes"])
def test_a_checkout_is_compared_with_another_in_turns(tmp_path, monkeypatch, name):
    monkeypatch.setattr("tests.load.versus._SECONDS", 0.5)
    file = tmp_path / "figures.json"
    options = [str(ROOT), "--python", sys.executable, "--turns", "2", "--only", name, "--json", str(file)]
    run = CliRunner().invoke(main, options, catch_exceptions=False)
    assert run.exit_code == 0
    [row] = json.loads(file.read_text())
    assert row["case"] == name
    assert min(row["before"], row["after"], row["after to before"]) > 0
