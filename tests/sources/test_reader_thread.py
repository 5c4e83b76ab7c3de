import asyncio
import threading
import time

import pytest

from authz.sources import reader_thread as module
from authz.sources.reader_thread import AbandonedError, ReaderThread, StalledError, progress, step
from tests.waiting import DEADLINE, until


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(module, "_CHECK_SECONDS", 0.01)


def in_thread(scenario, clock=time.monotonic):
    """Run `scenario(thread, returned)`; `returned` lists the accounts that came back."""
    returned = []

    async def run():
        thread = ReaderThread("test-thread", returned.append, 600.0, clock)
        try:
            return await scenario(thread, returned)
        finally:
            thread.close()

    return asyncio.run(run())


def test_a_call_runs_on_another_thread_and_its_result_or_error_comes_back():
    async def scenario(thread, _):
        assert await thread.run(threading.get_ident) != threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await thread.run(lambda: 1 / 0)
        return await thread.run(lambda: "still here")

    assert in_thread(scenario) == "still here"


def test_calls_run_one_after_another_on_one_thread():
    async def scenario(thread, _):
        return set(await asyncio.gather(*(thread.run(threading.get_ident) for _ in range(5))))

    assert len(in_thread(scenario)) == 1


def test_a_call_that_hangs_is_left_behind_and_the_next_one_runs():
    gate, now = threading.Event(), [0.0]

    def hang():
        step("a", "a/file")
        now[0] = 601.0
        gate.wait(DEADLINE)
        step("a", "")
        raise AssertionError("it should have been told that nobody waits")

    async def scenario(thread, returned):
        with pytest.raises(StalledError) as caught:
            await thread.run(hang)
        assert (caught.value.key, caught.value.path) == ("a", "a/file")
        assert await thread.run(lambda: 7) == 7
        assert returned == []
        gate.set()
        await until(lambda: returned)
        return returned

    assert in_thread(scenario, lambda: now[0]) == ["a"]


def test_a_call_that_gets_on_is_not_left_behind_however_long_it_takes():
    now, looked = [0.0], threading.Semaphore(0)

    def clock():
        looked.release()
        return now[0]

    def work():
        step("a", "a/file")
        for _ in range(20):
            now[0] += 9.0
            progress()
            looked.acquire(timeout=DEADLINE)
        return "done"

    async def run():
        thread = ReaderThread("test-thread", str, 10.0, clock)
        try:
            return await thread.run(work)
        finally:
            thread.close()

    assert asyncio.run(run()) == "done"


def test_a_call_that_nobody_waits_for_any_more_changes_nothing():
    gate, reached, ended = threading.Event(), threading.Event(), []

    def work():
        step("a", "a/file")
        reached.set()
        gate.wait(DEADLINE)
        try:
            step("a", "")
        except AbandonedError:
            ended.append("abandoned")
            raise

    async def scenario(thread, _):
        task = asyncio.create_task(thread.run(work))
        await until(reached.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()
        await until(lambda: ended)

    in_thread(scenario)
    assert ended == ["abandoned"]


def test_steps_outside_of_a_reader_thread_are_of_no_account():
    step("a", "path")
    progress()


def test_a_thread_that_hangs_does_not_hold_up_the_end_of_the_process():
    async def scenario(thread, _):
        return await thread.run(lambda: threading.current_thread().daemon)

    assert in_thread(scenario)


def test_a_closed_reader_thread_has_no_thread():
    names = []

    async def scenario(thread, _):
        names.append(await thread.run(lambda: threading.current_thread().name))
        thread.close()
        await until(lambda: names[0] not in [thread.name for thread in threading.enumerate()])

    in_thread(scenario)
