"""Resource templates such as `qcs::sms::uin/{account}:app/{app_id:int}`, filled with fields of a request.

A value of a request must not widen the resource that is checked: it is inserted only if it is a plain name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from authz.enforcement.refusals import invalid_request
from authz.enforcement.sources import Reader

CALLER_ACCOUNT = "@account"
"""The placeholder for the caller's root account; it cannot be the name of a field."""

_MOST_RESOURCES = 1000  # one batch, which is decided on one revision
_PLAIN = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.@+=,~-]{1,128}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"@account|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*(?::[a-z]+)?", re.ASCII)


def plain(value: str) -> str:
    """The value, if it is safe as part of a resource name.

    Raises:
        CallRefusedError: if it is empty, too long, or contains a character such as `*`, `:`, `/` or a space.
    """
    if not _PLAIN.fullmatch(value):
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        raise invalid_request(f"`{shown}` is not a plain name; expected 1 to 128 letters, digits or `_.@+=,~-`")
    return value


@dataclass(frozen=True, slots=True)
class ResourceTemplate:
    """Alternating texts and placeholders; the texts have even indexes."""

    parts: tuple[str, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names between the braces, in order."""
        return self.parts[1::2]

    def bind(self, readers: Callable[[str], Reader | str]) -> "BoundTemplate":
        """Bind a reader or a fixed text to each placeholder except the caller's account."""
        bound: list[str | Reader | None] = list(self.parts)
        for at, name in enumerate(self.placeholders):
            bound[2 * at + 1] = None if name == CALLER_ACCOUNT else readers(name)
        return BoundTemplate(tuple(bound), self.placeholders)


@dataclass(frozen=True, slots=True)
class BoundTemplate:
    """A template bound to a message; None is the caller's account."""

    parts: tuple[str | Reader | None, ...]
    placeholders: tuple[str, ...]

    def resources(self, message: Any, account: str) -> tuple[str, ...]:
        """The distinct resources of a message from a caller of `account`; several if a field is repeated.

        Raises:
            CallRefusedError: if a field is missing or its value is not a plain name.
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
    """Parse `*`, or six segments of which the account and the last one may contain placeholders.

    Raises:
        ValueError: if the template is malformed; the message is the reason.
    """
    parts = tuple(_PLACEHOLDER.split(text))
    for name in parts[1::2]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{{{name}}}` is not the name of a field")
    if text == "*":
        return ResourceTemplate(parts)
    if any(each in part for part in parts[::2] for each in "*{}") or any(part.isspace() for part in parts[::2]):
        raise ValueError("contains a `*` or an unmatched brace; only the template `*` may contain a `*`")
    segments = _PLACEHOLDER.sub("x", text).split(":", 5)
    if len(segments) != 6 or segments[:2] != ["qcs", ""] or not segments[2] or not segments[5]:
        raise ValueError("is not `*` and not of the form `qcs::service:region:uin/ACCOUNT:resource`")
    if segments[4] not in ("", "uin/x") and not re.fullmatch(r"uin/[0-9]+", segments[4]):
        raise ValueError("has a malformed account segment; expected none, `uin/ROOT` or `uin/{placeholder}`")
    if "{" in ":".join(text.split(":", 4)[:4]):
        raise ValueError("has a placeholder outside of the account and the last segment")
    return ResourceTemplate(parts)
