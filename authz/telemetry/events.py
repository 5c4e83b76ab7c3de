"""Events for the log: a text that is always the same, and fields that tell the rest.

They go to `logging` of the standard library, under the names of the rooms: a program that has the engine inside hears
them as it hears all else, and a sidecar writes them as `authz.telemetry.log` says.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from authz.printable import printable

_QUOTED = frozenset(" \t=\r\n\"'")  # texts with one of these would not be told from the fields beside them


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. As a text it is one line that can be printed."""

    text: str
    fields: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join((printable(self.text), *(f"{name}={value}" for name, value in self.shown())))

    def shown(self) -> list[tuple[str, str]]:
        """The fields as people read them, in the order of their names."""
        return [(printable(name), _shown(value)) for name, value in sorted(self.fields.items())]


def _shown(value: object) -> str:
    """A text as it is, and all else as Python shows it."""
    text = printable(value) if isinstance(value, str) else repr(value)
    return repr(text) if isinstance(value, str) and not _QUOTED.isdisjoint(text) else text


class Logger:
    """Says events; fields are told by name. None of its methods raises."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, text: str, /, **fields: object) -> None:
        """Something happened that is as it should be."""
        self._say(logging.INFO, Event(text, fields))

    def warning(self, text: str, /, **fields: object) -> None:
        """Something works, though not as well as it could."""
        self._say(logging.WARNING, Event(text, fields))

    def error(self, text: str, /, *, exc_info: BaseException | None = None, **fields: object) -> None:
        """Something does not work; with an exception, its traceback is told too."""
        self._say(logging.ERROR, Event(text, fields), exc_info)

    def exception(self, text: str, /, **fields: object) -> None:
        """An error, with the exception that is being handled."""
        self._say(logging.ERROR, Event(text, fields), exc_info=True)

    def _say(self, level: int, event: Event, exc_info: BaseException | bool | None = None) -> None:  # noqa: FBT001 - as in `logging`
        self._logger.log(level, event, exc_info=exc_info)


def get_logger(name: str) -> Logger:
    """The logger of a room, such as `authz.sources`."""
    return Logger(name)
