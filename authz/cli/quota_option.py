"""The option `--quota NAME=NUMBER` of the control plane."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

import click

from authz.control.quotas import DEFAULT_QUOTAS, Quotas
from authz.printable import printable

_UNLIMITED = "unlimited"
_NAMES = tuple(field.name for field in fields(Quotas))
C = TypeVar("C", bound=Callable[..., Any])


def quota_option(command: C) -> C:
    """Add the option to a command, which receives `quotas`."""
    shown = ", ".join(f"{name} {getattr(DEFAULT_QUOTAS, name) or _UNLIMITED}" for name in _NAMES)
    return click.option(
        "--quota",
        "quotas",
        multiple=True,
        metavar="NAME=NUMBER",
        callback=_read,
        help=f"A quota of each account, such as users=5000. Repeatable. Defaults: {shown}.",
    )(command)


def _read(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> Quotas:
    given: dict[str, Any] = dict(map(_quota, texts))
    return replace(DEFAULT_QUOTAS, **given)


def _quota(text: str) -> tuple[str, int | None]:
    name, _, number = text.partition("=")
    if name not in _NAMES:
        raise click.BadParameter(f"`{printable(name)}` is not a quota; expected one of {', '.join(_NAMES)}")
    if number == _UNLIMITED and getattr(DEFAULT_QUOTAS, name) is None:
        return name, None
    if not (number.isascii() and number.isdigit()):
        raise click.BadParameter(f"quota `{name}` is `{printable(number)}`; expected a number")
    return name, int(number)
