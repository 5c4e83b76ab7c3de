"""`--transport` as the commands take it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from authz.server.transport import TransportKind

Command = TypeVar("Command", bound=Callable[..., Any])


def transport_option(default: TransportKind, text: str) -> Callable[[Command], Command]:
    """The option, which gives a TransportKind; `text` is its help."""
    return click.option(
        "--transport",
        type=click.Choice([kind.value for kind in TransportKind]),
        default=default.value,
        show_default=True,
        callback=lambda _ctx, _param, name: TransportKind(name),
        help=text,
    )
