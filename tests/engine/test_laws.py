"""Laws that hold whatever the policies are (cam-language 5)."""

from hypothesis import given
from hypothesis import strategies as st

from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.language.parse import parse_policy
from tests import strategies
from tests.builders import ALICE, CI, account, allow, ask, deny, document, engine, policy

ALLOWS = strategies.statements_of(st.just("allow"))


@given(strategies.policies(), strategies.questions)
def test_a_matching_deny_always_wins(policies, question):
    found = ask(account(own=[*policies, policy("deny", deny("*"))]), *question)
    if found.reason is not Reason.CROSS_ACCOUNT:
        assert found.reason is Reason.EXPLICIT_DENY


@given(strategies.policies(), ALLOWS, strategies.questions)
def test_adding_an_allow_never_changes_an_allow_to_a_denial(policies, grant, question):
    if ask(account(own=policies), *question).allowed:
        assert ask(account(own=[*policies, policy("more", grant)]), *question).allowed


@given(strategies.policies(), strategies.statements_of(st.just("deny")), strategies.questions)
def test_adding_a_deny_never_changes_a_denial_to_an_allow(policies, refusal, question):
    if not ask(account(own=policies), *question).allowed:
        assert not ask(account(own=[*policies, policy("more", refusal)]), *question).allowed


@given(
    strategies.policies().flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))), strategies.questions
)
def test_the_order_of_policies_never_changes_whether_it_is_allowed_nor_why(orders, question):
    first, second = (ask(account(own=order), *question) for order in orders)
    assert (first.allowed, first.reason) == (second.allowed, second.reason)


@given(strategies.documents, strategies.questions)
def test_splitting_statements_over_several_policies_changes_nothing(statements, question):
    # cam-language 5.1
    together = ask(account(own=[policy("p", *statements)]), *question)
    apart = ask(account(own=[policy(f"p{at}", each) for at, each in enumerate(statements)]), *question)
    assert (together.allowed, together.reason) == (apart.allowed, apart.reason)


@given(strategies.policies(), strategies.questions)
def test_it_does_not_matter_whether_policies_come_directly_or_through_a_group(policies, question):
    direct, through = ask(account(own=policies), *question), ask(account(group=policies), *question)
    assert (direct.allowed, direct.reason) == (through.allowed, through.reason)


@given(strategies.accounts(), strategies.documents, strategies.questions)
def test_a_boundary_never_allows_what_is_denied_without_it(of, bounds, question):
    alice = of.users["100001"]
    free, bound = (
        account(own=alice.policies, group=alice.groups[0].policies, boundary=boundary)
        for boundary in (None, policy("boundary", *bounds))
    )
    if ask(bound, *question).allowed:
        assert ask(free, *question).allowed


@given(strategies.policies(), strategies.questions)
def test_a_boundary_of_everything_changes_nothing(policies, question):
    bound = account(own=policies, boundary=policy("boundary", allow("*")))
    assert ask(bound, *question) == ask(account(own=policies), *question)


@given(strategies.accounts(), strategies.questions, st.sampled_from([ALICE, CI]))
def test_the_statement_that_is_cited_exists_and_has_the_effect_of_the_decision(of, question, principal):
    found = ask(of, *question, principal)
    if found.statement is None:
        assert not found.allowed
        return
    alice, ci = of.users["100001"], of.roles["ci"]
    held = {"user/100001": alice.policies, "group/team": alice.groups[0].policies, "role/ci": ci.policies}
    held |= {f"boundary/{kind}": (alice.boundary,) for kind in ("user/100001", "role/ci")}
    (cited,) = [each for each in held[found.statement.attached_to] if each.name == found.statement.policy]
    effect = cited.document.statements[found.statement.index].effect
    assert (effect.value == "allow") == found.allowed


@given(strategies.policies(strategies.conditional_statements), strategies.questions)
def test_statements_under_conditions_that_are_not_met_never_allow(policies, question):
    assert not ask(account(own=policies), *question).allowed


@given(strategies.accounts(), st.lists(strategies.questions, min_size=2, max_size=6))
def test_earlier_questions_never_change_an_answer(of, questions):
    warm = engine(of)
    requests = [parse_request(ALICE, *question, {}) for question in questions]
    assert [warm.decide(request) for request in requests * 2] == [engine(of).decide(each) for each in requests] * 2


@given(strategies.documents)
def test_reading_a_document_twice_gives_the_same_policy(statements):
    assert parse_policy(document(*statements)) == parse_policy(document(*statements))
