"""No test depends on the speed of the machine: it waits for conditions, asserts no duration and sets the clock."""

import ast

import pytest

from tests.house import clocks, measure

# Modules that may read a clock, and why. None of them asserts what it reads, but for a deadline that is at least 60 s.
READS_CLOCKS = {
    "tests/waiting.py": "ends the waits of all others",
    "tests/growth.py": "compares the processor time of n with that of a multiple of n",
    "tests/client/asking.py": "ends waits, while a client's tasks run",
    "tests/clients/scenarios/python/aio.py": "a program that ends its own waits",
    "tests/clients/scenarios/python/threads.py": "as its twin",
    "tests/clients/scenarios/python/through_envoy.py": "waits for Envoy to start",
    "tests/e2e/test_time.py": "compares answers with a moment that a policy names",
    "tests/spec/test_paths.py": "asks the model about now, from which all dates of its policies are far",
    "tests/sources/test_alarms.py": "tells a follower what time it is",
    "tests/fuzz/fuzz.py": "a program that runs for some minutes",
    "tests/sidecar.py": "makes revisions, which are times",
    "tests/http2/fuzz.py": "a program that runs for some minutes",
    "tests/spec/running.py": "tells how long a program ran",
    "tests/server/compare_transports.py": "a program that tells how long it ran",
    "tests/http2/test_listener.py": "tells a connection what time it is",
}
# Functions that may sleep, and why.
SLEEPS = {
    ("tests/waiting.py", "eventually"): "looks again",
    ("tests/waiting.py", "until"): "looks again",
    ("tests/client/asking.py", "until"): "looks again",
    ("tests/client/asking.py", "pause"): "how `until` waits for each of the clients",
    ("tests/clients/scenarios/python/aio.py", "_until"): "looks again",
    ("tests/clients/scenarios/python/threads.py", "_until"): "looks again",
    ("tests/clients/scenarios/python/through_envoy.py", "eventually"): "looks again",
    ("tests/clients/scenarios/python/aio.py", "keepalive"): "clients that cannot tell their pings are idle on purpose",
    ("tests/clients/scenarios/server.py", "later"): "a method that takes its time",
    ("tests/e2e/test_shutdown.py", "test_a_stop_during_the_start_is_heard"): "to meet the start at any point",
    ("tests/e2e/misbehaving.py", "take_time"): "how slow writers are slow",
    ("tests/server/compare_transports.py", "run"): "before it asks both sides once more",
}
# Modules of the product whose comparisons with the time nobody needs to set, and why.
CUTS = {
    "authz/cli/bench": "benchmarks measure the time",
}


def trees(paths):
    """Each module's name with its syntax tree."""
    return {str(path.relative_to(measure.ROOT)): ast.parse(path.read_text()) for path in paths}


def is_benchmark(name):
    """Programs that measure the time, and rest meanwhile; the tests of those are as other tests."""
    return name.startswith("tests/load/") and not name.startswith("tests/load/test_")


@pytest.fixture(scope="module")
def everything():
    return trees(sorted((measure.ROOT / "tests").rglob("*.py")))


@pytest.fixture(scope="module")
def tests(everything):
    return {name: tree for name, tree in everything.items() if not is_benchmark(name)}


@pytest.fixture(scope="module")
def product():
    return trees(measure.modules())


def found(rule, modules, *, but=()):
    """Where a rule finds something, as `module:line`."""
    looked_at = [(name, tree) for name, tree in modules.items() if not name.startswith(tuple(but))]
    return [f"{name}:{line}" for name, tree in looked_at for line in rule(tree)]


def test_only_modules_with_a_reason_read_a_clock(tests):
    assert found(clocks.clock_reads, tests, but=READS_CLOCKS) == [], "wait with tests/waiting.py, or set the clock"


def test_no_test_asserts_a_duration(tests):
    assert found(clocks.asserted_times, tests, but=READS_CLOCKS) == []


def test_every_wait_has_an_ample_deadline(everything):
    assert found(clocks.short_deadlines, everything) == [], "take DEADLINE of tests/waiting.py, or BRIEF"


def test_no_test_sleeps_until_something_should_have_happened(tests):
    slept = {(name, function): line for name, tree in tests.items() for line, function in clocks.sleeps(tree)}
    assert slept.keys() == SLEEPS.keys()


def test_code_that_cuts_its_work_by_time_is_given_the_clock(product):
    assert found(clocks.cuts_by_the_clock, product, but=CUTS) == []


def test_no_exception_is_kept_that_nobody_needs(tests, product):
    assert [name for name in READS_CLOCKS if not clocks.clock_reads(tests[name])] == []
    cutting = found(clocks.cuts_by_the_clock, product)
    assert [each for each in CUTS if not any(name.startswith(each) for name in cutting)] == []


# What is found, by examples ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "time.monotonic()",
        "perf_counter()",
        "time.process_time_ns()",
        "time.time()",
        "asyncio.get_running_loop().time()",
    ],
)
def test_any_clock_is_found(code):
    assert clocks.clock_reads(ast.parse(code)) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "assert time.monotonic() - start < 2",
        "start = perf_counter()\nassert start",
        "start = time.time()\nended = time.time()\nseconds = ended - start\nassert 0.4 < seconds < 2",
        "assert (took := process_time() - start) < 1",
        "assert row['max ms'] < 1000",
        "assert all(each['seconds'] <= 0.5 for each in rows)",
    ],
)
def test_an_assertion_about_a_duration_is_found(code):
    assert len(clocks.asserted_times(ast.parse(code))) == 1


def test_an_assertion_about_something_else_is_not_found():
    assert (
        clocks.asserted_times(ast.parse("assert row['p99 ms'] > 0\nassert len(row['n']) < 3\nassert loops < 9")) == []
    )


@pytest.mark.parametrize(
    "code",
    [
        "stub.Check(question, timeout=5)",
        "TIMEOUT = 0.5\nbackend(timeout=TIMEOUT)",
        "def eventually(condition, deadline=15.0): ...",
        "def ask(*, timeout=59): ...",
        "process.wait(10)",
        "future.result(3 * 10)",
        "await asyncio.wait_for(running, 20)",
        "socket.create_connection(address, 5)",
        "asyncio.timeout(5)",
    ],
)
def test_a_short_deadline_is_found(code):
    assert len(clocks.short_deadlines(ast.parse(code))) == 1


def test_ample_deadlines_and_set_clocks_are_not_found():
    code = "stub.Check(question, timeout=DEADLINE)\nprocess.wait(60)\ndriven.wait(1)\nselect(files, [], [], 0)"
    assert clocks.short_deadlines(ast.parse(code)) == []


def test_sleeps_are_found_with_their_function_but_turns_of_the_loop_are_not():
    code = "async def test_a():\n    await asyncio.sleep(0)\n    await asyncio.sleep(0.2)\n    time.sleep(PAUSE)"
    assert clocks.sleeps(ast.parse(code)) == [(3, "test_a"), (4, "test_a")]


def test_a_cut_by_the_systems_clock_is_found_and_one_by_a_given_clock_is_not():
    code = "while time.monotonic() < end: ...\nif perf_counter() - start > 1: ...\nif self._clock() > end: ..."
    assert clocks.cuts_by_the_clock(ast.parse(code)) == [1, 2]
