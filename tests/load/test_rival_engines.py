import pytest

from tests.load import rival_engines as peers_engines
from tests.load.rival_engines import RIVALS, ours
from tests.load.rival_grants import Grant, Patterns, rivals_fixture
from tests.load.rivals import check_answers

MODULES = {"cedarpy": "cedarpy", "pycasbin": "casbin", "vakt": "vakt", "regopy": "regopy"}
GRANT = Grant("u", False, Patterns(("im:A",), ("im:Get",)), Patterns(("r/1",), ("",)))


@pytest.mark.parametrize("name", RIVALS)
def test_a_peer_answers_every_question_as_the_engine_does(name):
    pytest.importorskip(MODULES[name])
    world = rivals_fixture(50)
    check_answers({"authz": ours(world), name: RIVALS[name](world)}, world.questions)


def test_cedar_gets_a_policy_for_each_statement():
    assert peers_engines._cedar_policy(GRANT) == (
        'forbid(principal == User::"u", action, resource) when { '
        '(context.action == "im:A" || context.action like "im:Get*") && '
        '(context.resource == "r/1" || context.resource like "*") };'
    )


def test_casbin_gets_a_row_for_each_pair_of_action_and_resource():
    assert list(peers_engines._casbin_rows(GRANT)) == [
        ["u", "im:A", "r/1", "deny"],
        ["u", "im:A", "*", "deny"],
        ["u", "im:Get*", "r/1", "deny"],
        ["u", "im:Get*", "*", "deny"],
    ]


def test_rego_gets_the_grants_as_data_under_their_user():
    patterns = {
        "actions": {"exact": ["im:A"], "prefixes": ["im:Get"]},
        "resources": {"exact": ["r/1"], "prefixes": [""]},
    }
    assert peers_engines._rego_users([GRANT]) == {"u": {"allow": [], "deny": [patterns]}}
