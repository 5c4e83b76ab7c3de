"""Generates the reference page of options and metrics: `python -m authz.cli.reference` prints it."""

from collections.abc import Iterator

import click
from prometheus_client.core import Metric

from authz.cli.control import serve_command as control_serve_command
from authz.cli.serve import serve_command
from authz.telemetry.metrics import SidecarCollector
from authz.telemetry.metrics_snapshot import MetricsSnapshot, ServiceSnapshot

_HEAD = """# Options and metrics

Generated from the code by `python -m authz.cli.reference`; a test checks that it is current.

## Options of `authz serve`

Every option can be set in the environment, with several values separated by spaces. The command line takes precedence.
"""
_EVERYTHING = MetricsSnapshot(ServiceSnapshot(certificate_expires_at=1.0))


def reference() -> str:
    """The whole page, in Markdown."""
    control = ["", "## Options of `authz control serve`", "", *_options(control_serve_command, "CONTROL_SERVE"), ""]
    return "\n".join([_HEAD, *_options(serve_command, "SERVE"), *control, "## Metrics", "", *_metrics(), ""])


def _options(command: click.Command, prefix: str) -> Iterator[str]:
    """The table of a command's options; `prefix` is that of their variables, after `AUTHZ_`."""
    yield "| option | environment | values | default | |"
    yield "|---|---|---|---|---|"
    context = click.Context(command, info_name=command.name)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield _option(parameter, context, prefix)


def _option(option: click.Option, context: click.Context, prefix: str) -> str:
    names = " / ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    variable = f"AUTHZ_{prefix}_{str(option.name).upper()}"
    kind = "flag" if option.is_flag else option.make_metavar(context).replace("|", "\\|")
    repeated = ", repeatable" if option.multiple else ""
    return f"| {names} | `{variable}` | {kind}{repeated} | {_default(option)} | {option.help or ''} |"


def _default(option: click.Option) -> str:
    """The default as shown in the table; empty if the option is off by default."""
    if isinstance(option.show_default, str):
        return option.show_default
    default = option.default
    if isinstance(default, tuple):
        return " ".join(f"`{each}`" for each in default)
    if isinstance(default, bool):
        return "on" if default else ""
    return f"`{default}`" if isinstance(default, str | int | float) else ""


def _metrics() -> Iterator[str]:
    yield "| metric | type | labels | |"
    yield "|---|---|---|---|"
    for family in SidecarCollector(lambda: _EVERYTHING).collect():
        yield f"| `{_name(family)}` | {family.type} | {_labels(family)} | {family.documentation} |"


def _name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def _labels(family: Metric) -> str:
    return ", ".join(f"`{label}`" for label in getattr(family, "_labelnames", ()))


if __name__ == "__main__":
    click.echo(reference(), nl=False)
