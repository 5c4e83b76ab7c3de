"""A searchable choice: text narrows, numbers choose."""

import click
import pytest
from click.testing import CliRunner

from authz.cli.manage.choice import Option, choose

OPTIONS = [Option("Add"), Option("AddUser", "write: add a user"), *(Option(f"Get{n}", "read") for n in range(30))]


def chosen(*answers, **more):
    @click.command()
    def command():
        click.echo(",".join(choose("Actions", OPTIONS, **more)))

    return CliRunner().invoke(command, input="\n".join([*answers, ""]))


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (["add", "1"], "Add"),  # the whole name, in any case
        (["USER add", "1"], "AddUser"),
        (["user", "", "get29", ""], "Get29"),
        (["none", "adduser"], "AddUser"),
        (["get", "2,1,2"], "Get1,Get0"),
        (["a", "0", "x", "1,99", "2"], "AddUser"),
        (["get1", "AddUser"], "Get1"),
        (["*"], "*"),
    ],
)
def test_answers_choose(answers, found):
    assert chosen(*answers, star="all").stdout.splitlines()[-1] == found


def test_all_are_those_that_are_shown():
    result = chosen("get", "all")
    assert result.stdout.splitlines()[-1] == ",".join(f"Get{n}" for n in range(20))
    assert "and 10 more; search for more of the name" in result.stderr


def test_one_is_one():
    assert chosen("get", "1,2", "all", "3", is_one=True).stdout.splitlines()[-1] == "Get2"


def test_without_a_star_it_is_a_text():
    assert "nothing matches `*`" in chosen("*", "add").stderr
