"""Explain and AllowedResources as bytes in, bytes out."""

import pytest

from authz.engine.conditions import BoundCondition
from authz.engine.live import Engine
from authz.errors import InvalidRequestError, NotReadyError
from authz.pdp.explain import Explainer
from authz.pdp.required_revision import RevisionAheadError
from authz.v1 import authz_pb2
from authz.wire.explanations import STATEMENT_BYTES
from tests.builders import ALICE, APP_1, account, allow, deny, engine, policy
from tests.sidecar import check_request


def explainer():
    of = account(own=[policy("p", allow("im:*", APP_1), deny("im:RemoveUser", APP_1))])
    return Explainer(engine(of), clock=lambda: 0.0)


def explain(**check):
    question = authz_pb2.CheckRequest(**{"principal": ALICE, "resource": APP_1, **check})
    request = authz_pb2.ExplainRequest(check=question)
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
    [suggestion] = explain(action="sms:SendSms", resource="*").suggestions
    assert suggestion.policy_document == suggestion.additions[0].policy_document


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"action": "im:RemoveUsr"}, "did you mean `im:RemoveUser`?"),
        ({"action": "sms:SendSms"}, "is not a resource of `sms`, which `sms:SendSms` requires"),
        (
            {"action": "im:RemoveUser", "principal": f"{ALICE[:-1]}2"},
            "did you mean `100001` (alice)?",
        ),
    ],
)
def test_a_remark_on_the_question_is_a_suggestion_of_words_alone(question, words):
    [suggestion] = explain(**question).suggestions
    assert suggestion.text.endswith(words)
    assert suggestion == authz_pb2.Suggestion(text=suggestion.text)


def test_a_list_of_resources_has_its_remarks_too():
    request = authz_pb2.AllowedResourcesRequest(principal=ALICE, action="im:RemoveUsr")
    response = authz_pb2.AllowedResourcesResponse.FromString(explainer().allowed_resources(request.SerializeToString()))
    assert [remark.endswith("did you mean `im:RemoveUser`?") for remark in response.remarks] == [True]


def test_resources_are_listed_with_their_revision():
    request = authz_pb2.AllowedResourcesRequest(principal=ALICE, action="im:DescribeSdkAppInfo")
    response = authz_pb2.AllowedResourcesResponse.FromString(explainer().allowed_resources(request.SerializeToString()))
    assert (list(response.allow), response.revision) == ([APP_1], "1")


@pytest.mark.parametrize("ask", [Explainer.explain, Explainer.allowed_resources])
def test_bytes_that_are_no_message_are_refused(ask):
    with pytest.raises(InvalidRequestError, match=r"request is not a valid authz\.v1"):
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


def explained(of, **context):
    check = check_request(ALICE, "im:RemoveUser", APP_1, **context)
    data = Explainer(engine(of), clock=lambda: 0.0).explain(authz_pb2.ExplainRequest(check=check).SerializeToString())
    return data, authz_pb2.ExplainResponse.FromString(data)


def test_of_many_or_long_values_some_are_told():
    of = account(own=[policy("p", allow("im:*", condition={"for_any_value:string_equal": {"k": "a"}}))])
    _, response = explained(of, k=["v" * 500, *map(str, range(99))])
    [condition] = response.statements[0].conditions
    assert list(condition.actual) == ["v" * 200 + "…", *map(str, range(9)), "… and 90 more"]
    assert list(explained(of, k=["a", "b"])[1].statements[0].conditions[0].actual) == ["a", "b"]


def test_an_explanation_has_room_for_so_many_statements_and_counts_the_others():
    wanted = {"string_equal": {"k": ["x" * 60] * 80}}
    unrelated = [policy(f"q{n}", allow("sms:*", condition=wanted)) for n in range(400)]
    denial = policy("last", deny("im:*"))
    data, response = explained(account(own=[*unrelated, denial]))
    assert len(data) < 1.2 * STATEMENT_BYTES
    assert response.statements[-1].statement.policy == "last"
    assert len(response.statements) + response.omitted_statements == 401
    assert response.omitted_statements > 100


def test_explaining_many_statements_takes_work_in_proportion_to_them(monkeypatch):
    """Callers bring values for keys that many statements read."""
    held = []
    monkeypatch.setattr(
        BoundCondition, "holds", lambda self, facts, holds=BoundCondition.holds: held.append(self) or holds(self, facts)
    )

    def work(statements):
        wanted = [{"for_any_value:string_like": {"k": [f"{n}-{m}*b" for m in range(20)]}} for n in range(statements)]
        allows = [policy(f"p{n}", allow("im:*", condition=each)) for n, each in enumerate(wanted)]
        held.clear()
        explained(account(own=allows, boundary=policy("b", allow("sms:*"))), k=[f"a{n}" for n in range(20)])
        return len(held)

    assert work(80) < 3 * work(40)
