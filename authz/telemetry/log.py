"""Formatting of the sidecar's logs on standard error: one line for each event, JSON unless it is a terminal.

Unprintable characters are escaped and the lines of a traceback are indented. Text from files, peers and requests can
therefore neither forge a log line nor control the terminal.
"""

import logging
import sys
from datetime import UTC, datetime
from enum import Enum

from authz.printable import json_text, printable
from authz.telemetry.events import Event

_DIM, _BOLD, _CYAN, _MAGENTA = "2", "1", "36", "35"
_LEVEL_STYLES = {"debug": "32;1", "info": "32;1", "warning": "33;1", "error": "31;1", "critical": "31;1"}
_LEVEL_WIDTH, _TEXT_WIDTH = 9, 30


class LogFormat(Enum):
    """How log lines look; AUTO is CONSOLE on a terminal and JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def configure_logs(log_format: LogFormat, level: str) -> None:
    """Configure the `authz` logger for the whole process; `level` is a name such as `info`."""
    is_terminal = sys.stderr.isatty()
    is_console = log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and is_terminal)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Console(is_coloured=is_terminal) if is_console else _Json())
    logger = logging.getLogger("authz")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class _Json(logging.Formatter):
    """One JSON object: the fields, the event, its level and time, and a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        event = _event(record)
        line = {**event.fields, "event": event.text, "level": record.levelname.lower(), "timestamp": _time(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json_text(line, default=repr)


class _Console(logging.Formatter):
    """Columns for people, coloured on a terminal."""

    def __init__(self, *, is_coloured: bool) -> None:
        super().__init__()
        self._is_coloured = is_coloured

    def format(self, record: logging.LogRecord) -> str:
        event, level = _event(record), record.levelname.lower()
        line = [
            self._styled(_DIM, _time(record)),
            f"[{self._styled(_LEVEL_STYLES[level], level.ljust(_LEVEL_WIDTH))}]",
            self._styled(_BOLD, printable(event.text).ljust(_TEXT_WIDTH)),
            *(f"{self._styled(_CYAN, name)}={self._styled(_MAGENTA, value)}" for name, value in event.shown()),
        ]
        return "\n  ".join((" ".join(line).rstrip(), *self._traceback(record)))

    def _traceback(self, record: logging.LogRecord) -> list[str]:
        if not record.exc_info:
            return []
        return [printable(line) for line in self.formatException(record.exc_info).split("\n")]

    def _styled(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._is_coloured else text


def _event(record: logging.LogRecord) -> Event:
    return record.msg if isinstance(record.msg, Event) else Event(record.getMessage(), {})


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
