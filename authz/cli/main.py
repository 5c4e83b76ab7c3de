"""The `authz` command and its sub-commands, each imported on first use so that the command starts fast."""

import importlib
from collections.abc import Mapping

import click

from authz.cli.control_extra import is_control_extra_missing, require_control_extra
from authz.version import __version__

_COMMANDS: Mapping[str, str] = {
    "serve": "authz.cli.serve",
    "demo": "authz.cli.demo",
    "control": "authz.cli.control",
    "check": "authz.cli.check",
    "validate": "authz.cli.validate",
    "test": "authz.cli.test",
    "bench": "authz.cli.bench",
    "import": "authz.cli.import_command",
    "export": "authz.cli.export_command",
    "pull": "authz.cli.pull_command",
    "changes": "authz.cli.changes_command",
    "users": "authz.cli.manage.users",
    "groups": "authz.cli.manage.groups",
    "roles": "authz.cli.manage.roles",
    "policies": "authz.cli.manage.policies",
    "keys": "authz.cli.manage.keys",
}
_NEED_CONTROL = "authz.cli.manage."


class _LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        if _COMMANDS[cmd_name].startswith(_NEED_CONTROL) and is_control_extra_missing():
            return _unavailable(cmd_name)
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name]), f"{cmd_name}_command")
        return command


def _unavailable(name: str) -> click.Command:
    """A command that says what to install first."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    text = "Needs the extra `control`, which is not installed."
    return click.Command(name, callback=require_control_extra, help=text, context_settings=settings)


@click.group(cls=_LazyGroup, context_settings={"auto_envvar_prefix": "AUTHZ", "max_content_width": 110})
@click.version_option(__version__, prog_name="authz")
def main() -> None:
    """Authorize calls to IM and SMS backends by Tencent Cloud CAM policies.

    Every option can also be set in the environment as AUTHZ_<COMMAND>_<OPTION>, for example AUTHZ_SERVE_LISTEN.
    """
