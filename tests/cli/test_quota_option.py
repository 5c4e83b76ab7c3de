"""The option `--quota`."""

import click
import pytest
from click.testing import CliRunner

from authz.cli.quota_option import quota_option
from authz.control.quotas import DEFAULT_QUOTAS


@click.command()
@quota_option
def command(quotas):
    """Show quotas."""
    click.echo(repr(quotas))


def run(*arguments):
    return CliRunner().invoke(command, arguments)


def test_quotas_are_those_of_cam_unless_given():
    assert run().output.strip() == repr(DEFAULT_QUOTAS)
    output = run("--quota", "users=5000", "--quota", "users_a_day=10").output
    assert "users=5000" in output
    assert "users_a_day=10" in output
    assert "policies=1500" in output
    assert "users_a_day=None" in run("--quota", "users_a_day=unlimited").output


@pytest.mark.parametrize("text", ["users", "users=", "users=-1", "users=many", "users=unlimited", "cats=1", "=1"])
def test_other_quotas_are_refused(text):
    outcome = run("--quota", text)
    assert outcome.exit_code == 2
    assert "quota" in outcome.output


def test_the_help_lists_every_quota_with_its_default():
    text = " ".join(run("--help").output.split())
    assert "policies 1500" in text
    assert "users_a_day unlimited" in text
