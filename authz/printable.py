"""Escapes strings from files and requests for terminals and logs, so that they cannot forge other output.

A terminal or log viewer would obey a line break in a key or an escape sequence in a resource: it could start a line
that looks like another message, move the cursor, or hide or reverse what follows. So every character that
`str.isprintable` rejects is shown by its number: control characters, line and paragraph separators, bidi and other
format characters, half surrogate pairs, and spaces other than the ASCII one.

Only output for people and logs is escaped. Answers on the wire, and results and exceptions of the in-process API,
contain the original strings: programs compare them, and protobuf and JSON encode every character safely.
"""

import json
from collections.abc import Callable
from typing import Any

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    r"""The string on one line, with escapes such as `\n` and `\u001b` for characters that are not printable.

    The escapes are those of JSON, so escaping JSON does not change its meaning.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def json_text(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    """A value as JSON that is safe to print: letters of all scripts are kept, other special characters are escaped.

    `default` converts values that JSON does not have, as for `json.dumps`.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    lines = text.split("\n")  # these line breaks are layout; those inside strings are escaped already
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
