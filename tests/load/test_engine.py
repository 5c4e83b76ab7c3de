import json

from click.testing import CliRunner

from tests.load.engine import cases, engine_command, first_decision


def test_the_engine_is_timed_over_policies_accounts_and_statements(tmp_path):
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(engine_command, ["--limit", "10", "--runs", "1", "--json", str(file)])
    assert result.exit_code == 0, result.output
    figures = json.loads(file.read_text())
    assert [(row["varied"], row["size"]) for row in figures] == [
        ("policies", 10),
        ("accounts", 1),
        ("accounts", 10),
        ("statements", 10),
        ("statements, conditions", 10),
    ]
    assert all(min(row["decide µs"], row["parse and decide µs"]) > 0 for row in figures)
    assert all(20 < row["allowed %"] < 80 for row in figures)


def test_a_first_decision_is_made_on_an_account_that_nobody_asked_yet():
    world = next(cases(10)).build()
    states = {uin: (state, len(state._plans)) for uin, state in world.snapshot.states.items()}
    assert first_decision(world, 1) > 0
    assert all(len(state._plans) == before for state, before in states.values())
