import argparse

from tests.load.misbehaving import measured


def test_a_revocation_beside_misbehaviour_is_timed_and_its_answers_are_compared():
    row = measured(2, None, argparse.Namespace(rounds=3, seed=1))
    assert row["max ms"] >= row["median ms"] >= 0
    assert (row["connections answered by an older version"], row["answers of no version"]) == (0, 0)
    assert row["answers"] > 0
    assert row["exit status"] == 0
