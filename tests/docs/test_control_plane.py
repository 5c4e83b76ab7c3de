"""The tables of docs/control-plane.md are what the control plane does."""

import re

import pytest

from authz.control.quotas import DEFAULT_QUOTAS
from authz.store.database import Database
from authz.store.secrets import MasterKey
from tests.control.denied import denials
from tests.control.worlds import QUOTAS, make_world
from tests.docs.pages import ROOT

TEXT = (ROOT / "docs" / "control-plane.md").read_text()
IDS = {r"^(policyid|groupid)/\d+$": r"\1/ID", r"^uin/\d+$": "uin/UIN", r"^roleName/\w+$": "roleName/NAME"}


def rows(mark):
    _, _, after = TEXT.partition(f"<!-- table: {mark} -->\n")
    lines = re.match(r"((?:\|.*\n)+)", after)[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def world(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/control.db", MasterKey(bytes(32)), create=True)
    yield make_world(database, QUOTAS["roomy"])
    database.close()


def test_each_action_is_authorized_on_the_resource_that_the_table_shows(world):
    denied = {}
    for action, (_, resource) in denials(world).items():
        tail = resource.removeprefix("qcs::cam::uin/12345678:")
        for pattern, name in IDS.items():
            tail = re.sub(pattern, name, tail)
        denied.setdefault(f"`{tail}`", []).append(action)
    assert {resource: actions.split(", ") for resource, actions in rows("resources of actions")} == denied


def test_the_quotas_are_those_in_force():
    quotas = DEFAULT_QUOTAS
    assert [limits for _, limits in rows("quotas")] == [
        str(quotas.policies),
        str(quotas.versions_of_a_policy),
        str(quotas.attachments_of_a_holder),
        f"{quotas.users}, {quotas.groups}, {quotas.roles}",
        f"{quotas.groups_of_a_user}, {quotas.users_of_a_group}",
        str(quotas.keys_of_a_user),
        str(quotas.policies_in_a_call),
        str(quotas.tags),
    ]
