from contextlib import ExitStack

from tests.load.native import Field, measured, scenarios, table


def test_every_scenario_is_answered_by_every_server_and_told_in_a_line():
    with ExitStack() as stack:
        servers = Field(stack, core=0, yardstick=None).servers
        asked = list(scenarios())
        lines = list(table([[[measured(server, each, 20) for server in servers] for each in asked]], servers, asked))
    assert len(lines) == 1 + len(asked)
    assert not any(server.pid is None for server in servers)
    assert all(len(line.split()) >= 2 * len(servers) for line in lines[1:])
