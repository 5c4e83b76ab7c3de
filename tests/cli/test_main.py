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
