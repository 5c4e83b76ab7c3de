import json

import pytest

from tests.load.crowd import STATES
from tests.load.crowds import main


@pytest.mark.parametrize("state", STATES)
def test_a_crowd_in_any_state_is_told_with_what_it_made_a_sidecar_keep(tmp_path, state):
    file = tmp_path / "figures.json"
    main(["--count", "20", "--seconds", "0.2", "--rate", "100", "--only", state, "--json", str(file)])
    [row] = [row for row in json.loads(file.read_text()) if row["state"] == state]
    assert row["refused %"] == 0
    assert row["most MB"] > row["at rest MB"] > 10
    assert row["standing"] <= 20
