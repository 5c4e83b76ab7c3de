import asyncio

from structlog.testing import capture_logs

from authz.server import fault_log
from authz.server.fault_log import FaultLog


def test_each_kind_is_told_at_once_and_then_once_in_a_while_with_how_many_there_were(monkeypatch):
    monkeypatch.setattr(fault_log, "_QUIET_SECONDS", 0.05)

    async def scenario():
        faults = FaultLog()
        for _ in range(1000):
            faults.hear("protocol", "no HTTP/2")
            faults.hear("idle", "no calls for long")
        await asyncio.sleep(0.2)
        faults.hear("protocol", "no HTTP/2")

    with capture_logs() as logs:
        asyncio.run(scenario())
    told = [(each["kind"], each["count"], each["log_level"]) for each in logs]
    assert [each for each in told if each[0] == "protocol"] == [
        ("protocol", 1, "warning"),
        ("protocol", 999, "warning"),
        ("protocol", 1, "warning"),
    ]
    assert [each for each in told if each[0] == "idle"] == [("idle", 1, "info"), ("idle", 999, "info")]
