"""What tests of the commands on a database share: running one, and a database with the example."""

import json

from click.testing import CliRunner

from authz.cli.main import main
from tests.sidecar import EXAMPLE


def run(*arguments, status=0, stdin=None):
    """Run a command; its result, whose exit status is as expected."""
    result = CliRunner().invoke(main, list(map(str, arguments)), input=stdin)
    assert result.exit_code == status, (result.exit_code, result.output, result.exception)
    return result


def answer(*arguments):
    """What a command prints with `--json`."""
    return json.loads(run(*arguments, "--json").stdout)


def with_example(url):
    """The URL of a database, into which the example is imported."""
    run("import", EXAMPLE, "--into", url)
    return url
