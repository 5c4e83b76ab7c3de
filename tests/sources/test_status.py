from authz.errors import Problem
from authz.sources.source import Unsettled
from authz.sources.status import ALARM_SECONDS, SourceStatus
from tests.logs import capture_logs

FAULT = Problem("Broken", "is broken", file="a/main", line=1)
ENTRY = Problem("UnreadableFile", "Permission denied", file="lost+found", line=1)


def reported(status, now):
    with capture_logs() as lines:
        status.report(now, {"a": "1"})
    return [(line["event"], line.get("path") or line.get("problems")) for line in lines]


def test_what_lasts_is_told_once_with_its_path():
    status = SourceStatus()
    status.refuse({"a": (FAULT,)}, 10.0)
    status.wait_for("b", Unsettled("b/p.json", "a process has it open for writing", 1.0), 10.0)
    status.note("lost+found", ENTRY, 10.0)
    assert (status.next_report(), reported(status, 10.0)) == (10.0 + ALARM_SECONDS, [])
    assert reported(status, 10.0 + ALARM_SECONDS) == [
        ("account refused", ["a/main:1: Broken: is broken"]),
        ("account is waited for", "b/p.json"),
        ("entry cannot be examined", "lost+found"),
    ]
    assert (status.next_report(), reported(status, 99.0), status.refusals) == (None, [], 1)


def test_what_is_stale_is_listed_with_its_age_the_oldest_first():
    status = SourceStatus()
    status.refuse({"a": (FAULT,)}, 12.0)
    status.note("lost+found", ENTRY, 10.0)
    assert status.stale(20.0) == []
    reported(status, 20.0)
    assert [(each.key, each.path, each.reason, each.seconds) for each in status.stale(20.0)] == [
        ("lost+found", "lost+found", "Permission denied", 10.0),
        ("a", "a/main", "is broken", 8.0),
    ]


def test_what_is_mended_settled_or_readable_again_is_stale_no_more():
    status = SourceStatus()
    status.refuse({"a": (FAULT,)}, 0.0)
    status.wait_for("a", Unsettled("a/p.json", "a process has it open for writing", 1.0), 0.0)
    status.note("lost+found", ENTRY, 0.0)
    reported(status, 9.0)
    with capture_logs() as lines:
        status.mend("a")
        status.settle("a")
        status.note("lost+found", None, 9.0)
    assert status.stale(9.0) == []
    assert [line["event"] for line in lines] == ["fault fixed", "version was waited for"]


def test_a_wait_goes_on_for_as_long_as_it_lasts_whatever_it_waits_for():
    status = SourceStatus()
    for second, path in enumerate(("a/p.json", "a/q.json")):
        status.wait_for("a", Unsettled(path, "a process has it open for writing", 1.0), float(second))
    reported(status, 5.0)
    assert [(each.path, each.seconds) for each in status.stale(5.0)] == [("a/q.json", 5.0)]
