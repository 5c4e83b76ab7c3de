"""Explains why a text is not JSON: the place, the cause, and what to write instead (RFC 8259)."""

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import NamedTuple, NoReturn

_BLANKS = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_STRING_START = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_NUMBER_LIKE = re.compile(r"[+-]?[.0-9].*")
_SHOWN = 40  # characters of a token that a message shows
_CLOSERS = {"{": "}", "[": "]"}
_STRAIGHT = "'`"
_CURLY = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033\u300c\u300d\u300e\u300f\uff02\uff07"
_WIDE = {"\uff0c": ",", "\u3001": ",", "\uff1a": ":", "\uff5b": "{", "\uff5d": "}", "\uff3b": "[", "\uff3d": "]"}
_WORD = re.compile(rf"""[^\s"{{}}\[\],:/#{_STRAIGHT}{_CURLY}{"".join(_WIDE)}]+|[/#]""")
_WORDS = {"true": "true", "false": "false", "none": "null", "null": "null", "undefined": "null"}
_COMMENTS = ("//", "/*", "#", "<!--")


class Fault(NamedTuple):
    """A syntax error and its offset in the text."""

    offset: int
    message: str


class _Expected(Enum):
    """The tokens that may come next."""

    VALUE = auto()
    VALUE_OR_END = auto()
    KEY = auto()
    KEY_OR_END = auto()
    COLON = auto()
    COMMA_OR_END = auto()
    NOTHING = auto()


_Step = Callable[[int], int]


class _FoundError(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(offset, message)


def find_json_fault(text: str) -> Fault | None:
    """Find the first syntax error of a text in one pass without recursion; None if the text is JSON."""
    try:
        _Scan(text).run()
    except _FoundError as found:
        return found.fault
    return None


class _Scan:
    """Walks the tokens of a text and reports the first that may not come next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[int] = []  # offsets of the unclosed brackets
        self._expected = _Expected.VALUE
        self._before = 0  # the end of the last token; its last character shows whether it was a comma or a string
        self._steps: Mapping[_Expected, _Step] = {
            _Expected.VALUE: self._value,
            _Expected.VALUE_OR_END: self._value,
            _Expected.KEY: self._key,
            _Expected.KEY_OR_END: self._key,
            _Expected.COLON: self._colon,
            _Expected.COMMA_OR_END: self._comma_or_end,
            _Expected.NOTHING: self._nothing,
        }

    def run(self) -> None:
        if self._text.startswith("\ufeff"):
            _refuse(0, "the text starts with a byte order mark; save the file as UTF-8 without it")
        at = self._skip(0)
        while at < len(self._text):
            self._refuse_foreign_characters(at)
            self._before = self._steps[self._expected](at)
            at = self._skip(self._before)
        if self._expected is not _Expected.NOTHING:
            self._refuse_end()

    def _value(self, at: int) -> int:
        char = self._text[at]
        if char in "{[":
            self._open.append(at)
            self._expected = _Expected.KEY_OR_END if char == "{" else _Expected.VALUE_OR_END
            return at + 1
        if char == '"':
            self._expected = self._after_value()
            return self._string(at)
        if char in "}]":
            if self._expected is _Expected.VALUE_OR_END and char == "]":
                return self._close(at)
            self._refuse_closer(at)
        if char in ",:":
            _refuse(at, f"expected a value before this `{char}`")
        return self._scalar(at)

    def _key(self, at: int) -> int:
        char = self._text[at]
        if char == '"':
            self._expected = _Expected.COLON
            return self._string(at)
        if char == "}" and self._expected is _Expected.KEY_OR_END:
            return self._close(at)
        if char in "}]":
            self._refuse_closer(at)
        if char in "{[,:":
            _refuse(at, f"expected a key in double quotes before this `{char}`")
        word = self._word(at)
        _refuse(at, f'keys must be in double quotes; write `"{word}"`')

    def _colon(self, at: int) -> int:
        if self._text[at] != ":":
            self._refuse_quote_inside(at)
            _refuse(at, "expected a `:` between the key and its value")
        self._expected = _Expected.VALUE
        return at + 1

    def _comma_or_end(self, at: int) -> int:
        char, opener = self._text[at], self._text[self._open[-1]]
        if char == ",":
            self._expected = _Expected.KEY if opener == "{" else _Expected.VALUE
            return at + 1
        if char in "}]":
            return self._close(at)
        if char == ":":
            place = "list" if opener == "[" else "value"
            _refuse(at, f"a `:` may only follow a key; in this {place}, write a `,` or an object in `{{}}`")
        self._refuse_quote_inside(at)
        _refuse(at, "expected a `,` before this")

    def _nothing(self, at: int) -> int:
        self._refuse_quote_inside(at)
        if self._text[at] in "}]":
            _refuse(at, f"this `{self._text[at]}` closes nothing; delete it")
        _refuse(at, "there is more text after the value; a file contains one value")

    def _close(self, at: int) -> int:
        opener = self._open[-1]
        if self._text[at] != _CLOSERS[self._text[opener]]:
            self._refuse_closer(at)
        self._open.pop()
        self._expected = self._after_value()
        return at + 1

    def _string(self, at: int) -> int:
        match = _STRING.match(self._text, at)
        if match is None:
            self._refuse_string(at)
        return match.end()

    def _scalar(self, at: int) -> int:
        word = self._word(at)
        if not _SCALAR.fullmatch(word):
            self._refuse_word(at, word)
        self._expected = self._after_value()
        return at + len(word)

    def _after_value(self) -> _Expected:
        return _Expected.COMMA_OR_END if self._open else _Expected.NOTHING

    def _skip(self, at: int) -> int:
        match = _BLANKS.match(self._text, at)
        return at if match is None else match.end()

    def _word(self, at: int) -> str:
        match = _WORD.match(self._text, at)
        return self._text[at] if match is None else match[0]

    @property
    def _last(self) -> str:
        return self._text[self._before - 1 : self._before]

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def _refuse_foreign_characters(self, at: int) -> None:
        """Refuse characters that are not allowed outside of strings."""
        text, char = self._text, self._text[at]
        mark = next((mark for mark in _COMMENTS if text.startswith(mark, at)), None)
        if mark is not None:
            _refuse(at, f"JSON has no comments; delete what begins with `{mark}`")
        if text.startswith("```", at):
            _refuse(at, "this is a Markdown fence, which is not JSON; delete this line")
        if char in _STRAIGHT + _CURLY:
            _refuse(at, f'strings must be in straight double quotes; write `"` instead of `{char}`')
        if char in _WIDE:
            _refuse(at, f"write `{_WIDE[char]}` instead of the full-width `{char}`")
        if char.isspace() or not char.isprintable():
            name = "a byte order mark" if char == "\ufeff" else f"the character U+{ord(char):04X}"
            _refuse(at, f"{name} is not allowed outside of strings; delete it")

    def _refuse_closer(self, at: int) -> NoReturn:
        closer = self._text[at]
        if not self._open:
            _refuse(at, f"this `{closer}` closes nothing; delete it")
        opener = self._open[-1]
        right = _CLOSERS[self._text[opener]]
        if closer != right:
            line = self._line(opener)
            _refuse(
                at, f"the `{self._text[opener]}` of line {line} is not closed; write `{right}` instead of `{closer}`"
            )
        if self._last == ",":
            _refuse(self._before - 1, f"trailing comma before `{closer}`; delete it")
        _refuse(at, f"expected a value before this `{closer}`")

    def _refuse_quote_inside(self, at: int) -> None:
        """A string that ends directly before a word most likely contains an unescaped quote."""
        if self._last == '"' and at == self._before and self._text[at] not in '",:{}[]':
            _refuse(at, 'the string ended before this; write a quote inside a string as `\\"`')

    def _refuse_word(self, at: int, word: str) -> NoReturn:
        shown = word[:_SHOWN]
        right = _WORDS.get(word.lower())
        if right is not None:
            _refuse(at, f"`{shown}` is not a JSON value; write `{right}`")
        if _NUMBER_LIKE.fullmatch(word):
            _refuse(at, f"`{shown}` is not a JSON number; write plain digits, or a string in double quotes")
        _refuse(at, f'`{shown}` is not a JSON value; write a string in double quotes: `"{shown}"`')

    def _refuse_string(self, at: int) -> NoReturn:
        match = _STRING_START.match(self._text, at)
        end = at if match is None else match.end()
        rest = self._text[end : end + 1]
        if rest in ("", "\n", "\r"):
            quote = next((char for char in self._text[at:end] if char in _CURLY), "")
            cause = f'; write `"` instead of `{quote}`' if quote else ""
            _refuse(end, f'expected a closing `"` before the end of the line{cause}')
        if rest == "\\":
            escape = self._text[end : end + (6 if self._text[end + 1 : end + 2] == "u" else 2)]
            _refuse(end, f"`{escape}` is not a JSON escape; write a backslash as `\\\\`")
        written = "\\t" if rest == "\t" else f"\\u{ord(rest):04x}"
        _refuse(end, f"unescaped control character in a string; write `{written}`")

    def _refuse_end(self) -> NoReturn:
        end = len(self._text)
        if not self._text.strip():
            _refuse(0, "the text is empty")
        if not self._open:
            _refuse(end, "expected a value before the end of the text")
        opener = self._open[-1]
        char = self._text[opener]
        line = self._line(opener)
        _refuse(end, f"the text ends before the `{char}` of line {line} is closed; write `{_CLOSERS[char]}`")


def _refuse(offset: int, message: str) -> NoReturn:
    raise _FoundError(offset, message)
