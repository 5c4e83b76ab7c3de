"""A YAML document from the events of libyaml: every construct, those that are refused here, and each value's place.

On an explicit stack: composing trees recursively would let a few kilobytes of `[` end the process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from authz.errors import MalformedTextError
from authz.language.report import Located, Path, Place, path_text
from authz.sources.yaml_block import MAX_DEPTH, plain_value
from authz.sources.yaml_fault import describe_yaml_fault

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EVENTS_AT_ONCE = 8  # some 0.1 ms


def read_events(text: str, pause: Callable[[], None] | None = None) -> Located:
    """Parse one YAML document. `pause` is called between small pieces of work.

    Raises:
        MalformedTextError: with the line and column of the fault.
    """
    reading = _Reading()
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if pause is not None and count % _EVENTS_AT_ONCE == 0:
                pause()
            reading.take(event)
    except UnicodeEncodeError as error:
        before = text[: error.start]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise MalformedTextError("half of a surrogate pair is not a character; delete it", *place) from None
    except yaml.YAMLError as error:
        fault = describe_yaml_fault(text, error)
        raise MalformedTextError(f"not valid YAML: {fault.message}", *fault.place) from None
    return Located(reading.root, reading.find)


@dataclass(slots=True)
class _Container:
    """A list or object that is not closed yet; `key` is the member whose value comes next."""

    path: Path
    value: Any
    key: str | None = None


class _Reading:
    """Takes the parser's events one by one; `root` is the value of the document, None for an empty one."""

    def __init__(self) -> None:
        self.root: Any = None
        self._places: dict[Path, Place] = {}
        self._open: list[_Container] = []
        self._documents = 0

    def find(self, path: Path) -> Place:
        """The place of a value, or of the nearest value around it."""
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, Place(1, 1))

    def take(self, event: Any) -> None:
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise MalformedTextError("another document begins here; a file contains one", *place)
        elif isinstance(event, yaml.AliasEvent):
            raise MalformedTextError("aliases are not supported; write the value out", *place)
        elif isinstance(event, yaml.ScalarEvent) and "\x00" in event.value:
            raise MalformedTextError("a string contains NUL; delete it", *place)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event, place)

    def _take_node(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            raise MalformedTextError(f"tag `{event.tag}` is not supported", *place)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._take_key(event, top, place)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(_scalar(event), place)
        elif len(self._open) >= MAX_DEPTH:
            raise MalformedTextError("nested too deeply", *place)
        else:
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._open.append(_Container(self._put(value, place), value))

    def _take_key(self, event: Any, top: _Container, place: Place) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise MalformedTextError("a key must be a string", *place)
        key = str(event.value)
        path = (*top.path, key)
        if key in top.value:
            raise MalformedTextError(f"duplicate key `{key}` at {path_text(path)}; keep one of them", *place)
        top.key = key
        self._places[path] = place

    def _put(self, value: Any, place: Place) -> Path:
        """Put a value where the next one belongs; its path."""
        if not self._open:
            self.root = value
            path: Path = ()
        else:
            top = self._open[-1]
            if isinstance(top.value, list):
                path = (*top.path, len(top.value))
                top.value.append(value)
            else:
                path = (*top.path, str(top.key))
                top.value[top.key] = value
                top.key = None
        self._places.setdefault(path, place)
        return path


def _scalar(event: Any) -> Any:
    is_plain = event.style in (None, "")  # else it is quoted or a block of text
    return plain_value(str(event.value)) if is_plain else str(event.value)
