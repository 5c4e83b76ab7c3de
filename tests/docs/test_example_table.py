"""Every cell of the table of docs/example.md is what a running sidecar answers."""

import re

import pytest
import yaml

from tests.sidecar import EXAMPLE, ROOT, Sidecar, reason, user

RESOURCES = {"im": "qcs::im::uin/12345678:sdkappid/14000000", "sms": "qcs::sms::uin/12345678:app/14000000"}
CELLS = {"ALLOWED": "yes", "NO_MATCHING_ALLOW": "no", "OUTSIDE_BOUNDARY": "no", "EXPLICIT_DENY": "never"}


def table():
    """Header cells and rows of the table below its mark."""
    _, _, after = (ROOT / "docs" / "example.md").read_text().partition("<!-- table: who may do what -->")
    lines = re.match(r"\n((?:\|.*\n)+)", after)[1].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return cells[0][1:], cells[2:]


def question(header):
    """The action and resource that a column asks about."""
    action, _, app = re.fullmatch(r"`([^`]+)`( …(\d\d))?", header).groups()
    return action, f"{RESOURCES[action.partition(':')[0]]}{app}" if app else "*"


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.mark.parametrize("row", table()[1], ids=lambda row: row[0])
def test_a_row_of_the_table_is_what_the_sidecar_answers(sidecar, row):
    users = yaml.safe_load((EXAMPLE / "12345678" / "attachments.yaml").read_text())["users"]
    uins = {each["name"]: each["uin"] for each in users}
    answers = [sidecar.check(user(uins[row[0]]), *question(header)) for header in table()[0]]
    assert [CELLS[reason(answer)] for answer in answers] == row[1:]


def test_every_user_of_the_example_has_a_row():
    users = yaml.safe_load((EXAMPLE / "12345678" / "attachments.yaml").read_text())["users"]
    assert [row[0] for row in table()[1]] == [each["name"] for each in users]
