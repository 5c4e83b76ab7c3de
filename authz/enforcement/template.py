"""A resource as a template: `qcs::sms::uin/{account}:app/{app_id:int}` with the names of the fields to put in.

No value of a request may widen what is asked about: it is put in only if it is a plain name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from authz.enforcement.refusals import invalid_request
from authz.enforcement.sources import Reader

CALLER_ACCOUNT = "@account"
"""The placeholder for the root account of the caller, which no field can be named."""

_MOST_RESOURCES = 1000  # one batch, and so one revision
_PLAIN = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.@+=,~-]{1,128}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"@account|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*(?::[a-z]+)?", re.ASCII)


def plain(value: str) -> str:
    """The value itself, if it can stand in a resource without meaning more than itself.

    Raises:
        CallRefusedError: if it is empty, longer than 128 characters, or holds a `*`, `:`, `/`, blank or the like.
    """
    if not _PLAIN.fullmatch(value):
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        raise invalid_request(f"`{shown}` is empty or cannot be part of a resource's name")
    return value


@dataclass(frozen=True, slots=True)
class ResourceTemplate:
    """Texts and placeholders in turn: the texts stand at even places."""

    parts: tuple[str, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names between the braces, in order."""
        return self.parts[1::2]

    def bind(self, readers: Callable[[str], Reader | str]) -> "BoundTemplate":
        """With a reader, or a fixed text, for each placeholder that is not the caller's account."""
        bound: list[str | Reader | None] = list(self.parts)
        for at, name in enumerate(self.placeholders):
            bound[2 * at + 1] = None if name == CALLER_ACCOUNT else readers(name)
        return BoundTemplate(tuple(bound), self.placeholders)


@dataclass(frozen=True, slots=True)
class BoundTemplate:
    """A template that knows its message; None stands for the caller's account."""

    parts: tuple[str | Reader | None, ...]
    placeholders: tuple[str, ...]

    def resources(self, message: Any, account: str) -> tuple[str, ...]:
        """The resources that a message of the account's caller is about, each once: several for a repeated field.

        Raises:
            CallRefusedError: if a field is missing or holds what cannot be part of a name.
        """
        texts = [""]
        for at, part in enumerate(self.parts):
            if part is None:
                values: Sequence[str] = (plain(account),)
            elif isinstance(part, str):
                values = (part,)
            else:
                given = part(message)
                if not given or "" in given:
                    raise invalid_request(f"`{self.placeholders[at // 2]}` is missing")
                values = [plain(value) for value in given]
            if len(texts) * len(values) > _MOST_RESOURCES:
                raise invalid_request(f"the call is about more than {_MOST_RESOURCES} resources")
            texts = [text + value for text in texts for value in values]
        return tuple(dict.fromkeys(texts))


def parse_resource_template(text: str) -> ResourceTemplate:
    """Read `*`, or six segments whose account and last one may hold placeholders.

    Raises:
        ValueError: saying what is wrong.
    """
    parts = tuple(_PLACEHOLDER.split(text))
    for name in parts[1::2]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{{{name}}}` is no name of a field")
    if text == "*":
        return ResourceTemplate(parts)
    if any(each in part for part in parts[::2] for each in "*{}") or any(part.isspace() for part in parts[::2]):
        raise ValueError("only a `*` alone may be one, and braces come in pairs")
    segments = _PLACEHOLDER.sub("x", text).split(":", 5)
    if len(segments) != 6 or segments[:2] != ["qcs", ""] or not segments[2] or not segments[5]:
        raise ValueError("is not `*` and not of the form `qcs::service:region:uin/ACCOUNT:resource`")
    if segments[4] not in ("", "uin/x") and not re.fullmatch(r"uin/[0-9]+", segments[4]):
        raise ValueError("the account segment is not empty, `uin/ROOT` or `uin/{placeholder}`")
    if "{" in ":".join(text.split(":", 4)[:4]):
        raise ValueError("placeholders may stand in the account and the last segment only")
    return ResourceTemplate(parts)
