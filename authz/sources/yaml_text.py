"""YAML by the rules of JSON: plain values with their places, no tags, no aliases, no surprises such as `no` = false."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from authz.errors import MalformedTextError
from authz.language.report import Located, Path, Place, path_text

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,30})")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DEPTH = 50


def read_yaml(text: str) -> Located:
    """Parse one YAML document.

    Plain scalars mean what JSON makes of them: `true`, `false`, `null`, whole numbers; all else is text.

    Raises:
        MalformedTextError: with the line and column of the fault.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise MalformedTextError(f"not valid YAML: {error.problem or error.context}", *place) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise MalformedTextError(f"not valid YAML: {str(error).splitlines()[0]}") from None
    reading = _Reading()
    value = None if node is None else reading.value(node, (), 0)
    return Located(value, reading.find)


class _Reading:
    """One walk over the node tree that notes every value's place."""

    def __init__(self) -> None:
        self._places: dict[Path, Place] = {}
        self._seen: set[int] = set()

    def find(self, path: Path) -> Place:
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, Place(1, 1))

    def value(self, node: Any, path: Path, depth: int) -> Any:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self._places.setdefault(path, place)
        if depth > _MAX_DEPTH:
            raise MalformedTextError("nested too deeply", *place)
        if not isinstance(node, yaml.ScalarNode):
            if id(node) in self._seen:
                raise MalformedTextError("aliases are not supported; write the value out", *place)
            self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return _scalar(node, place)

    def _mapping(self, node: Any, path: Path, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key_node, item in node.value:
            place = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise MalformedTextError("a key must be a plain text", *place)
            key = str(key_node.value)
            where = (*path, key)
            if key in members:
                raise MalformedTextError(f"duplicate key `{key}` at {path_text(where)}", *place)
            self._places[where] = place
            members[key] = self.value(item, where, depth + 1)
        return members


def _scalar(node: Any, place: Place) -> Any:
    text = str(node.value)
    if node.style is not None:  # quoted or block text
        return text
    if node.tag not in _PLAIN_TAGS:
        raise MalformedTextError(f"tag `{node.tag}` is not supported", *place)
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
