import gc

import pytest

from authz.cli.bench.timing import interleaved


def test_pieces_of_work_take_turns():
    order = []
    work = [lambda name=name: order.append(name) or sum(range(8_000_000)) for name in "ab"]
    assert all(seconds > 0 for seconds in interleaved(work, 3))
    assert order[:4] == list("abab")  # to warm up, then to learn how long each lasts
    assert "".join(order[4:]) == "ab" * 3


def test_the_median_is_that_of_a_single_repetition():
    short, long = interleaved([lambda: sum(range(100)), lambda: sum(range(100_000))], 3)
    assert short < long / 50


def test_the_collector_gets_back_what_was_frozen():
    def fail():
        if gc.get_freeze_count():
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        interleaved([fail], 1)
    assert gc.get_freeze_count() == 0
