"""Explain and AllowedResources as bytes in, bytes out."""

import pytest

from authz.engine.live import Engine
from authz.errors import InvalidRequestError, NotReadyError
from authz.server.check import RevisionAheadError
from authz.server.explain import Explainer
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, allow, deny, engine, policy


def explainer():
    of = account(own=[policy("p", allow("im:*", APP_1), deny("im:RemoveUser", APP_1))])
    return Explainer(engine(of), clock=lambda: 0.0)


def explain(**check):
    request = authz_pb2.ExplainRequest(check=authz_pb2.CheckRequest(principal=ALICE, resource=APP_1, **check))
    return authz_pb2.ExplainResponse.FromString(explainer().explain(request.SerializeToString()))


def test_an_explanation_carries_the_decision_the_statements_and_the_way_out():
    response = explain(action="im:RemoveUser")
    assert (response.response.allowed, response.response.revision) == (False, "1")
    assert [trace.summary for trace in response.statements] == [
        "allow all IM actions on application 1400000001",
        "deny IM action RemoveUser on application 1400000001",
    ]
    [suggestion] = response.suggestions
    assert [(ref.policy, ref.index) for ref in suggestion.lift] == [("p", 1)]


def test_the_document_of_a_suggestion_stands_where_simple_clients_look_for_it():
    [suggestion] = explain(action="sms:SendSms").suggestions
    assert suggestion.policy_document == suggestion.additions[0].policy_document


def test_resources_are_listed_with_their_revision():
    request = authz_pb2.AllowedResourcesRequest(principal=ALICE, action="im:DescribeSdkAppInfo")
    response = authz_pb2.AllowedResourcesResponse.FromString(explainer().allowed_resources(request.SerializeToString()))
    assert (list(response.allow), response.revision) == ([APP_1], "1")


@pytest.mark.parametrize("ask", [Explainer.explain, Explainer.allowed_resources])
def test_bytes_that_are_no_message_are_refused(ask):
    with pytest.raises(InvalidRequestError, match=r"these bytes are no authz\.v1"):
        ask(explainer(), b"\xff")


def test_an_unknown_list_mode_is_refused():
    request = authz_pb2.AllowedResourcesRequest(principal=ALICE, action="im:X", mode=9)
    with pytest.raises(InvalidRequestError, match="mode"):
        explainer().allowed_resources(request.SerializeToString())


def test_a_later_revision_can_be_insisted_on():
    with pytest.raises(RevisionAheadError):
        explain(action="im:X", at_least_revision="2")


def test_nothing_is_explained_before_anything_is_loaded():
    with pytest.raises(NotReadyError):
        Explainer(Engine()).explain(
            authz_pb2.ExplainRequest(check={"principal": ALICE, "action": "im:X", "resource": "*"}).SerializeToString()
        )
