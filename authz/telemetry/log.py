"""Structured logs on standard error: one line an event, JSON where no terminal reads them.

Texts of files, peers and requests cannot begin a line of their own or reach the terminal: what is not printable is
escaped, and the lines of a traceback, which are people's alone, are indented.
"""

import logging
import sys
from enum import Enum
from io import StringIO
from typing import TextIO

import structlog

from authz.printable import json_text, printable


class LogFormat(Enum):
    """How log lines look; AUTO is CONSOLE on a terminal and JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def configure_logs(log_format: LogFormat, level: str) -> None:
    """Set logging up for the whole process; `level` is a name such as `info`."""
    is_console = log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_print_traceback)
        if is_console
        else structlog.processors.JSONRenderer(serializer=json_text)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _escape if is_console else structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _escape(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Every text of an event, for the console, which prints texts as they are and shows all else as Python does."""
    return {printable(key): printable(value) if isinstance(value, str) else value for key, value in event.items()}


def _print_traceback(out: TextIO, error: structlog.typing.ExcInfo) -> None:
    traceback = StringIO()
    structlog.dev.plain_traceback(traceback, error)
    out.writelines(f"\n  {printable(line)}" for line in traceback.getvalue().strip("\n").split("\n"))
