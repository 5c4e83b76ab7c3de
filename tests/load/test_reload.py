import argparse
import sys

import pytest

from tests.load import reload
from tests.load.reload import CASES, World, measured


@pytest.mark.parametrize("change", ["edit", "rename", "detach", "membership", "swap", "replace", "replace_all"])
def test_every_kind_of_change_is_timed_until_it_is_in_force(change, monkeypatch):
    monkeypatch.setitem(CASES, "small", (World(2, 3), getattr(reload, change)))
    options = argparse.Namespace(changes=3, workers=1, calm=0.0, pause=0.0, settle=0.0, idle=0.0, python=sys.executable)
    row = measured("small", options)
    assert row.keys() == {"case", "median ms", "max ms", "calm p99 ms", "p99 ms", "cpu ms"}
    assert row["max ms"] >= row["median ms"] >= 0
