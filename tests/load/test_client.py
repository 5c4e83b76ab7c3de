import json

from click.testing import CliRunner

from tests.load.client import client_command


def test_every_way_of_asking_is_measured_against_its_plain_stub(tmp_path):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(client_command, ["--decisions", "500", "--runs", "1", "--json", str(file)])
    assert result.exit_code == 0, result.output
    figures = {row["way"]: row for row in json.loads(file.read_text())}
    assert len(figures) == 9
    assert all(row["decisions/s"] > 0 and row["client CPU µs"] > 0 for row in figures.values())
    assert {name: row["times the stub"] for name, row in figures.items() if name.startswith("plain")} == {
        "plain grpc.aio stub, 200 callers": 1.0,
        "plain blocking stub": 1.0,
    }
