"""A searchable choice on a terminal: some text narrows a list, numbers choose from what is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from authz.printable import printable

T = TypeVar("T")
_SHOWN = 20
_EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: its name, and what else a search finds it by."""

    name: str
    about: str = ""

    def matches(self, text: str) -> bool:
        """Whether each word of the text is in its name or description."""
        where = f"{self.name} {self.about}".casefold()
        return all(word in where for word in text.casefold().split())


def ask(question: str, **more: Any) -> str:
    """An answer on the terminal; standard output stays free for what the command prints."""
    return str(click.prompt(question, err=True, **more)).strip()


def confirm(question: str, *, default: bool = False) -> bool:
    """A yes or no on the terminal."""
    return click.confirm(question, default=default, err=True)


def say(line: str) -> None:
    """A line on the terminal, beside standard output."""
    click.echo(printable(line), err=True)


def choose(question: str, options: Sequence[Option], *, is_one: bool = False, star: str = "") -> tuple[str, ...]:
    """The names that were chosen, at least one; with `star`, `*` chooses what it describes."""
    hint = f"text to search{f', * for {star}' if star else ''}"
    while True:
        text = ask(f"{question} ({hint})", default="", show_default=False)
        if star and text == "*":
            return ("*",)
        found = [each for each in options if each.matches(text)]
        exact = [each.name for each in options if each.name.casefold() == text.casefold()]
        if exact:
            return tuple(exact)
        if not found:
            say(f"nothing matches `{text}`")
            continue
        for number, each in enumerate(found[:_SHOWN], 1):
            say(f"{number:>4}  {each.name}{f'  {each.about}' if each.about else ''}")
        if len(found) > _SHOWN:
            say(f"      and {len(found) - _SHOWN} more; search for more of the name")
        chosen = _numbers(found[:_SHOWN], is_one=is_one)
        if chosen:
            return chosen


def _numbers(shown: Sequence[Option], *, is_one: bool) -> tuple[str, ...]:
    """The names behind the numbers that are typed; none, to search again."""
    how = "number" if is_one else f"numbers such as 1,3 or `{_EVERYTHING}`"
    while True:
        text = ask(f"Choose ({how}; Enter to search again)", default="", show_default=False)
        if not text:
            return ()
        if text == _EVERYTHING and not is_one:
            return tuple(each.name for each in shown)
        picked = [part.strip() for part in text.split(",")]
        is_known = all(part.isascii() and part.isdigit() and 1 <= int(part) <= len(shown) for part in picked)
        if is_known and (not is_one or len(picked) == 1):
            return tuple(dict.fromkeys(shown[int(part) - 1].name for part in picked))
        say(f"expected {how}, from 1 to {len(shown)}")


def until_valid(attempt: Callable[[], T], refusal: type[Exception]) -> T:
    """What an attempt answers, which is repeated as long as it is refused."""
    while True:
        try:
            return attempt()
        except refusal as error:
            say(str(error))
