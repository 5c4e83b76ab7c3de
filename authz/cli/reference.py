"""Generates the reference page of options, commands and metrics: `python -m authz.cli.reference` prints it."""

from collections.abc import Iterator

import click
from prometheus_client.core import Metric

from authz.cli.changes_command import changes_command
from authz.cli.control import serve_command as control_serve_command
from authz.cli.export_command import export_command
from authz.cli.import_command import import_command
from authz.cli.manage.groups import groups_command
from authz.cli.manage.keys import keys_command
from authz.cli.manage.policies import policies_command
from authz.cli.manage.roles import roles_command
from authz.cli.manage.users import users_command
from authz.cli.serve import serve_command
from authz.telemetry.metrics import SidecarCollector
from authz.telemetry.metrics_snapshot import MetricsSnapshot, ServiceSnapshot

_HEAD = """# Options and metrics

Generated from the code by `python -m authz.cli.reference`; a test checks that it is current.

## Options of `authz serve`

Every option can be set in the environment, with several values separated by spaces. The command line takes precedence.
"""
_COMMANDS_HEAD = """## Commands on a database

Each has `--help`; [control-cli.md](control-cli.md) shows them at work. Those of users, groups, roles, policies and keys also have `--on URL` (or `AUTHZ_ON`), `--account UIN` and `--json`.
"""  # noqa: E501 - a paragraph of the page
_ON_ALL = ("--on", "--account", "--json")
_EVERYTHING = MetricsSnapshot(ServiceSnapshot(certificate_expires_at=1.0))


def reference() -> str:
    """The whole page, in Markdown."""
    control = ["", "## Options of `authz control serve`", "", *_options(control_serve_command, "CONTROL_SERVE"), ""]
    commands = [_COMMANDS_HEAD, *_commands(), ""]
    options = _options(serve_command, "SERVE")
    return "\n".join([_HEAD, *options, *control, *commands, "## Metrics", "", *_metrics(), ""])


def _commands() -> Iterator[str]:
    """The table of the commands that move and manage what a database holds."""
    yield "| command | options | |"
    yield "|---|---|---|"
    for command in (import_command, export_command, changes_command):
        yield _command(str(command.name), command)
    for group in (users_command, groups_command, roles_command, policies_command, keys_command):
        for name, command in group.commands.items():
            yield _command(f"{group.name} {name}", command)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    arguments = [each.make_metavar(context).strip("[]") for each in command.params if isinstance(each, click.Argument)]
    options = [
        f"`{'/'.join((each.opts[0], *each.secondary_opts))}`"
        for each in command.params
        if isinstance(each, click.Option) and each.opts[0] not in _ON_ALL
    ]
    sentence = (command.help or "").split("\n\n")[0].replace("\n", " ")
    return f"| `{' '.join(['authz', name, *arguments])}` | {' '.join(options)} | {sentence} |"


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
