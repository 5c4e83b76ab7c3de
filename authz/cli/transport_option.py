"""The option `--transport` of the commands."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from authz.server.transport import TransportKind

Command = TypeVar("Command", bound=Callable[..., Any])
_EARLIER_NAMES = {"lean": TransportKind.NATIVE.value}


class _Transport(click.Choice):  # type: ignore[type-arg]  # not generic before click 8.2
    """The names of the transports; earlier names are accepted but not shown."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The current name of a transport."""
        return super().convert(_EARLIER_NAMES.get(value, value), param, ctx)


def transport_option(default: TransportKind, text: str) -> Callable[[Command], Command]:
    """A decorator that adds the option, whose value is a TransportKind; `text` is its help."""
    return click.option(
        "--transport",
        type=_Transport([kind.value for kind in TransportKind]),
        default=default.value,
        show_default=True,
        callback=lambda _ctx, _param, name: TransportKind(name),
        help=text,
    )
