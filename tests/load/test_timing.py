import gc

import pytest

from tests.load.timing import interleaved


class Machine:
    """Whose works take just as long as they say, by its own clock, and tell that they ran."""

    def __init__(self):
        self.now = 0.0
        self.order = []

    def clock(self):
        return self.now

    def work(self, name, seconds):
        def run():
            self.order.append(name)
            self.now += seconds

        return run


def test_pieces_of_work_take_turns():
    machine = Machine()
    work = [machine.work(name, seconds=1.0) for name in "ab"]
    assert interleaved(work, 3, machine.clock) == [1.0, 1.0]
    assert machine.order[:4] == list("abab")  # to warm up, then to learn how long each lasts
    assert "".join(machine.order[4:]) == "ab" * 3


def test_short_work_is_repeated_and_its_median_is_that_of_a_single_repetition():
    machine = Machine()
    short, long = interleaved([machine.work("s", 0.001), machine.work("l", 1.0)], 3, machine.clock)
    assert (short, long) == (pytest.approx(0.001), 1.0)
    assert (machine.order.count("s"), machine.order.count("l")) == (2 + 3 * 20, 2 + 3)


def test_work_is_measured_by_the_clock_of_the_system_where_none_is_given():
    assert all(seconds > 0 for seconds in interleaved([lambda: sum(range(1000))], 1))


def test_the_collector_gets_back_what_was_frozen():
    def fail():
        if gc.get_freeze_count():
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        interleaved([fail], 1)
    assert gc.get_freeze_count() == 0
