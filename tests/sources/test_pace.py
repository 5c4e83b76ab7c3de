import time

from authz.sources.pace import Pace


def rests(pace, monkeypatch, times=100):
    """How often it rests while asked to breathe after pieces of work of 0.05 ms."""
    now, slept = [0.0], []
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "sleep", slept.append)
    for _ in range(times):
        now[0] += 0.00005
        pace.breathe()
    return len(slept)


def test_it_never_rests_at_first(monkeypatch):
    assert rests(Pace(), monkeypatch) == 0


def test_slowed_down_it_rests_between_bits_of_work_but_not_after_each(monkeypatch):
    pace = Pace()
    pace.slow_down()
    assert 20 < rests(pace, monkeypatch) < 60
