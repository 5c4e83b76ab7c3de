import json
import subprocess
import sys

import pytest

from tests.waiting import DEADLINE

PROGRAM = """
from authz.telemetry.events import get_logger
from authz.telemetry.log import LogFormat, configure_logs
configure_logs(LogFormat({format!r}), {level!r})
get_logger("authz.x").info("hello", who="wörld")
get_logger("authz.x").error("ouch")
"""


def logged(log_format, level="info"):
    program = PROGRAM.format(format=log_format, level=level)
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=DEADLINE
    )
    assert result.stdout == ""
    return result.stderr.splitlines()


@pytest.mark.parametrize("log_format", ["auto", "json"])
def test_without_a_terminal_a_line_is_a_json_object(log_format):
    first, second = map(json.loads, logged(log_format))
    assert (first["event"], first["who"], first["level"]) == ("hello", "wörld", "info")
    assert second["level"] == "error"


def test_the_console_format_is_for_people_and_without_colours_where_no_terminal_is():
    line = logged("console")[0]
    assert "hello" in line
    assert "\x1b" not in line


def test_what_is_below_the_level_is_not_said():
    assert [json.loads(line)["event"] for line in logged("json", "error")] == ["ouch"]


PLAIN = """
import logging
from authz.telemetry.log import LogFormat, configure_logs
configure_logs(LogFormat.JSON, "info")
logging.getLogger("authz.client").warning("%s failed", "Check")
"""


def test_what_rooms_without_fields_say_is_written_likewise():
    result = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, check=True, timeout=DEADLINE)
    line = json.loads(result.stderr)
    assert (line["event"], line["level"]) == ("Check failed", "warning")


FORGING = """
from authz.telemetry.events import get_logger
from authz.telemetry.log import LogFormat, configure_logs
configure_logs(LogFormat({format!r}), "info")
log = get_logger("authz.x")
forged = "x\\n2030-01-01T00:00:00Z [info] all is well" + chr(0x1b) + "[2K" + chr(0x202e) + chr(0xdcff)
log.error("peer at fault", reason=forged, problems=[forged], **{{forged: 1}})
try:
    raise ValueError(forged)
except ValueError:
    log.exception(forged)
"""


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_text_begins_a_line_of_its_own_or_reaches_the_terminal(log_format):
    result = subprocess.run(
        [sys.executable, "-c", FORGING.format(format=log_format)], capture_output=True, check=True, timeout=DEADLINE
    )
    lines = result.stderr.decode().split("\n")
    assert all(line.isprintable() for line in lines)
    assert not [line for line in lines if line.startswith("2030")]
    own = [line for line in lines if line and not line.startswith("  ")]  # a traceback is indented
    assert len(own) == 2
    assert all("all is well" in line for line in own)
    if log_format == "json":
        assert json.loads(own[0])["reason"].endswith("all is well\x1b[2K\u202e\udcff")
