import json
from functools import partial

from click.testing import CliRunner

from tests.load import memory
from tests.load.memory_attacks import ATTACKS, write_world


def test_an_attack_is_told_with_what_was_held_before_and_after(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "write_world", partial(write_world, accounts=1, users=2))
    file = tmp_path / "figures.json"
    run = CliRunner().invoke(memory.main, ["--only", "300 ids", "--seconds", "1", "--rate", "50", "--json", str(file)])
    assert run.exit_code == 0, run.output
    [row] = json.loads(file.read_text())
    assert row["answered"] == 0
    assert 0 < row["refused"] <= 300
    assert 10 < row["MB before"] < row["MB peak"]


def test_attacks_have_names_of_their_own_and_ask_something():
    assert len({each.name for each in ATTACKS}) == len(ATTACKS)
    assert all(next(each.messages()) for each in ATTACKS)
