"""YAML by the rules of JSON: plain values with their places, no tags, no aliases, no surprises such as `no` = false."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from authz.language.report import Located
from authz.sources.yaml_block import NOT_BLOCK, read_block


@dataclass(frozen=True, slots=True)
class LocatedYaml(Located):
    """A parsed text that `is_block` if each of its lines could be read by itself."""

    is_block: bool = False


def read_yaml(text: str, pause: Callable[[], None] | None = None) -> LocatedYaml:
    """Parse one YAML document.

    Plain scalars mean what JSON makes of them: `true`, `false`, `null`, whole numbers; anything else is text. A text is
    read line by line if possible; libyaml reads any other, and finds the places of values, which only faults need.
    `pause` is called between small pieces of work.

    Raises:
        MalformedTextError: with the line and column of the fault.
    """

    @cache
    def by_events() -> Located:
        # Not imported with the module: PyYAML is a tenth of the code of a sidecar, which most files do not need.
        from authz.sources.yaml_events import read_events  # noqa: PLC0415

        return read_events(text, pause)

    value = read_block(text, pause)
    if value is NOT_BLOCK:
        located = by_events()
        return LocatedYaml(located.value, located.find)
    return LocatedYaml(value, lambda path: by_events().find(path), is_block=True)
