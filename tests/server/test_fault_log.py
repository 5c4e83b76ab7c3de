import asyncio
import re
from collections import Counter
from pathlib import Path

from authz import http2
from authz.http2.limits import RATE_LIMITS
from authz.server import fault_log
from authz.server.fault_log import FaultLog
from tests.logs import capture_logs
from tests.waiting import BRIEF, until


def test_each_kind_is_told_at_once_and_then_once_in_a_while_with_how_many_there_were(monkeypatch):
    monkeypatch.setattr(fault_log, "_QUIET_SECONDS", BRIEF)

    counts = Counter()

    async def scenario():
        faults = FaultLog(counts)
        for _ in range(1000):
            faults.record("protocol", "no HTTP/2")
            faults.record("idle", "no calls for long")
        await until(lambda: not faults._quiet)
        faults.record("protocol", "no HTTP/2")

    with capture_logs() as logs:
        asyncio.run(scenario())
    told = [(each["kind"], each["count"], each["log_level"]) for each in logs]
    assert [each for each in told if each[0] == "protocol"] == [
        ("protocol", 1, "warning"),
        ("protocol", 999, "warning"),
        ("protocol", 1, "warning"),
    ]
    assert [each for each in told if each[0] == "idle"] == [("idle", 1, "info"), ("idle", 999, "info")]
    assert (counts["protocol"], counts["idle"]) == (1001, 1000)


def test_every_kind_of_the_room_is_counted_from_the_start_and_no_other():
    counts = Counter()
    FaultLog(counts)
    told = re.compile(r'(?:FaultError\(ErrorCode\.\w+, |too_much\(|record_fault\(|if is_slow else )"(\w+)"')
    sources = "".join(file.read_text() for file in Path(http2.__file__).parent.glob("*.py"))
    assert set(counts) == set(told.findall(sources)) | set(RATE_LIMITS)
