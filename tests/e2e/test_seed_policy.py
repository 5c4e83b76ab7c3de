"""Seed 003's last policy, over Check, BatchCheck and StreamCheck alike (requirements 36)."""

import pytest

from authz.catalog.catalog import load_catalog
from authz.v1 import authz_pb2
from tests.builders import APP_0, APP_1, APP_2
from tests.sidecar import EXAMPLE, Sidecar, check_request, reason, user

ACTIONS = [str(action) for action in load_catalog().actions("im") if action.resource_level]
QUESTIONS = [(action, app) for action in ACTIONS for app in (APP_0, APP_1, APP_2)]


def expected(action, app):
    if app == APP_0:
        return "NO_MATCHING_ALLOW"
    return "EXPLICIT_DENY" if (action, app) == ("im:RemoveUser", APP_1) else "ALLOWED"


def by_check(stub, requests):
    return [stub.Check(request) for request in requests]


def by_batch(stub, requests):
    return [each.response for each in stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=requests)).results]


def by_stream(stub, requests):
    return list(stub.StreamCheck(iter(requests)))


@pytest.fixture(scope="module")
def sidecar():
    with Sidecar(EXAMPLE) as running:
        yield running


@pytest.mark.parametrize("ask", [by_check, by_batch, by_stream])
def test_remove_user_is_denied_on_one_application_and_all_else_allowed_on_two(sidecar, ask):
    answers = ask(sidecar.stub, [check_request(user(), *question) for question in QUESTIONS])
    assert [reason(answer) for answer in answers] == [expected(*question) for question in QUESTIONS]
    assert all(answer.allowed == (reason(answer) == "ALLOWED") for answer in answers)


def test_the_deciding_statement_is_named(sidecar):
    denied = sidecar.check(user(), "im:RemoveUser", APP_1).statement
    assert (denied.policy, denied.index, denied.attached_to) == ("im-two-applications", 1, "user/100001")
    assert not sidecar.check(user(), "im:RemoveUser", APP_0).HasField("statement")
