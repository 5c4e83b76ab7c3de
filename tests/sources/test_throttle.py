import time

from authz.sources.throttle import Throttle


def rests(throttle, monkeypatch, times=100):
    """The rests that it takes while asked to pause after pieces of work of 0.05 ms."""
    now, slept = [0.0], []
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "sleep", slept.append)
    for _ in range(times):
        now[0] += 0.00005
        throttle.pause()
    return slept


def test_it_never_rests_at_first(monkeypatch):
    assert rests(Throttle(), monkeypatch) == []


def test_gentle_it_rests_between_bits_of_work_but_not_after_each(monkeypatch):
    throttle = Throttle()
    throttle.be_gentle()
    assert 20 < len(rests(throttle, monkeypatch)) < 60


def test_it_rests_as_long_and_as_often_as_it_was_told(monkeypatch):
    throttle = Throttle(work=0.0005, rest=0.002)
    throttle.be_gentle()
    taken = rests(throttle, monkeypatch)
    assert 5 < len(taken) <= 10
    assert set(taken) == {0.002}
