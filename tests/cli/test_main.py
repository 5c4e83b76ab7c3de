import pytest
from click.testing import CliRunner

from authz.cli.main import main
from authz.version import __version__


def run(*arguments):
    return CliRunner().invoke(main, arguments)


def test_the_version_is_that_of_the_package():
    assert run("--version").output == f"authz, version {__version__}\n"


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "check",
        "validate",
        "bench",
        "import",
        "export",
        "changes",
        "users",
        "groups",
        "roles",
        "policies",
        "keys",
    ],
)
def test_every_command_is_listed_and_explains_itself(command):
    assert command in run("--help").output
    assert run(command, "--help").exit_code == 0


def test_an_unknown_command_is_an_error():
    assert run("server").exit_code == 2


def test_commands_on_a_database_say_what_to_install_where_the_extra_is_missing(monkeypatch):
    monkeypatch.setattr("authz.cli.control_extra.find_spec", lambda name: None if name == "sqlalchemy" else object())
    assert "Needs the extra `control`" in run("--help").output
    for arguments in (["users", "list", "--on", "sqlite:///x"], ["changes", "sqlite:///x"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "sqlalchemy is not installed; install it with: pip install 'authz-sidecar[control]'" in result.output
