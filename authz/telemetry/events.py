"""Structured log events: a fixed text, and fields for everything that varies.

They go to `logging` of the standard library, under the names of the packages (`authz.sources`). A program that embeds
the engine handles them like its other logs; the sidecar formats them with `authz.telemetry.log`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from authz.printable import printable

_QUOTED = frozenset(" \t=\r\n\"'")  # a value with one of these needs quotes to be distinct from the next field


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `str(event)` is one printable line."""

    text: str
    fields: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join((printable(self.text), *(f"{name}={value}" for name, value in self.shown())))

    def shown(self) -> list[tuple[str, str]]:
        """The names and values of the fields, printable and sorted by name."""
        return [(printable(name), _shown(value)) for name, value in sorted(self.fields.items())]


def _shown(value: object) -> str:
    """A string as it is, quoted where necessary; the `repr` of every other value."""
    text = printable(value) if isinstance(value, str) else repr(value)
    return repr(text) if isinstance(value, str) and not _QUOTED.isdisjoint(text) else text


class Logger:
    """Logs events; keyword arguments become their fields. None of its methods raises."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, text: str, /, **fields: object) -> None:
        """Log a normal event."""
        self._log(logging.INFO, Event(text, fields))

    def warning(self, text: str, /, **fields: object) -> None:
        """Log a problem that the process works around."""
        self._log(logging.WARNING, Event(text, fields))

    def error(self, text: str, /, *, exc_info: BaseException | None = None, **fields: object) -> None:
        """Log a failure, with the traceback of an exception if one is given."""
        self._log(logging.ERROR, Event(text, fields), exc_info)

    def exception(self, text: str, /, **fields: object) -> None:
        """Log a failure, with the traceback of the exception that is being handled."""
        self._log(logging.ERROR, Event(text, fields), exc_info=True)

    def _log(self, level: int, event: Event, exc_info: BaseException | bool | None = None) -> None:  # noqa: FBT001 - as in `logging`
        self._logger.log(level, event, exc_info=exc_info)


def get_logger(name: str) -> Logger:
    """The logger of a package, such as `authz.sources`."""
    return Logger(name)
