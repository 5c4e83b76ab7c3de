import logging

from authz.telemetry.events import Event, get_logger
from tests.logs import capture_logs


def test_an_event_is_a_text_a_level_and_fields():
    log = get_logger("authz.sources")
    with capture_logs() as lines:
        log.info("in force", accounts=2)
        log.warning("late")
        log.error("refused", problems=["a"])
    assert lines == [
        {"event": "in force", "log_level": "info", "accounts": 2},
        {"event": "late", "log_level": "warning"},
        {"event": "refused", "log_level": "error", "problems": ["a"]},
    ]


def test_a_program_that_has_the_engine_inside_hears_them_as_all_its_logs(caplog):
    get_logger("authz.sources").warning("refused", account="a b", seconds=1.5, file="x\n2030 all is well")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("authz.sources", logging.WARNING)
    assert record.getMessage() == "refused account='a b' file='x\\\\n2030 all is well' seconds=1.5"


def test_the_exception_is_told_that_is_given_or_handled(caplog):
    log = get_logger("authz.server")
    try:
        raise ValueError("handled")  # noqa: TRY301 - it is what is handled
    except ValueError:
        log.exception("failed")
    log.error("failed", exc_info=ValueError("given"))
    assert [str(record.exc_info[1]) for record in caplog.records] == ["handled", "given"]


def test_as_a_text_it_is_one_line_that_can_be_printed():
    forged = "x\n\x1b[2K\u202e"
    assert str(Event(forged, {forged: forged, "empty": "", "list": [forged]})).isprintable()
