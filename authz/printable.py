"""Texts of files and of requests on their way to a terminal or a log, where they must not forge what others say.

A line break in a file's key, or an escape sequence in a resource, would be obeyed: it begins a line that looks like
one of ours, moves the cursor, hides or turns around what follows. So whatever `str.isprintable` does not call printable
is shown by its number: control characters, line and paragraph separators, bidi and other format characters, halves of
surrogate pairs, blanks that look like the blank.

Only what people and their logs read is treated so. Answers on the wire, and what the in-process API returns or raises,
hold the texts as they are: programs compare them, and protobuf and JSON carry every character safely.
"""

import json
from collections.abc import Callable
from typing import Any

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    r"""The text on one line, with `\n`, `\u001b` and the like for what is not printable; all else stays as it is.

    The escapes are those of JSON, so that JSON with escaped characters is the same JSON.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def json_text(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    """A value as JSON that can be printed: letters of all scripts as they are, what a terminal would obey escaped.

    `default` makes a value that JSON has of one that it does not have, as for `json.dumps`.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    lines = text.split("\n")  # these breaks are layout: those of texts are escaped already
    return "\n".join(map(printable, lines))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
