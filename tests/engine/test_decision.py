import pytest

from authz.engine import decision
from authz.engine.decision import Reason
from authz.v1 import authz_pb2


def test_the_numbers_of_the_reasons_are_those_of_the_wire_contract():
    wire = {name.removeprefix("REASON_"): number for name, number in authz_pb2.Reason.items() if number}
    assert {reason.name: reason.value for reason in Reason} == wire


@pytest.mark.parametrize(
    "name", ["ROOT_ACCOUNT", "NO_MATCHING_ALLOW", "OUTSIDE_BOUNDARY", "UNKNOWN_PRINCIPAL", "CROSS_ACCOUNT"]
)
def test_of_the_decisions_without_a_statement_only_that_on_the_root_account_allows(name):
    found = getattr(decision, name)
    assert (found.reason.name, found.statement, found.allowed) == (name, None, name == "ROOT_ACCOUNT")
