from authz.errors import Problem
from authz.sources.candidate import Candidate, problem_lines
from tests.builders import account

FILES = {"a": "a/attachments.yaml", "b": "b/attachments.yaml", "c": "c/attachments.yaml"}


def settled(in_force=(), **uins):
    """The candidate after uins were compared: which keys are good, and the message for each that is refused."""
    candidate = Candidate({key: account(uin=uin) for key, uin in uins.items()})
    candidate.refuse_shared_uins(dict(in_force), FILES)
    return sorted(candidate.good), {key: problems[0].message for key, problems in candidate.refused.items()}


def test_accounts_of_different_uins_come_into_force_together():
    assert settled(a="1", b="2") == (["a", "b"], {})


def test_two_new_accounts_with_one_uin_are_both_refused_and_name_each_other():
    # files-and-commands: two accounts with one uin
    assert settled(a="1", b="1", c="2") == (
        ["c"],
        {
            "a": "account 1 is defined in b/attachments.yaml too",
            "b": "account 1 is defined in a/attachments.yaml too",
        },
    )


def test_an_account_that_claims_the_uin_of_one_in_force_is_refused_alone():
    assert settled({"a": "1"}, b="1") == ([], {"b": "account 1 is defined in a/attachments.yaml too"})


def test_a_new_version_may_keep_its_own_uin():
    assert settled({"a": "1"}, a="1") == (["a"], {})


def test_a_new_version_of_the_account_that_has_the_uin_is_good_whoever_else_claims_it():
    assert settled({"a": "1"}, a="1", b="1") == (["a"], {"b": "account 1 is defined in a/attachments.yaml too"})


def test_a_uin_that_its_holder_gives_up_at_the_same_time_is_free():
    assert settled({"a": "1"}, a="2", b="1") == (["a", "b"], {})


def test_two_accounts_may_swap_their_uins():
    assert settled({"a": "1", "b": "2"}, a="2", b="1") == (["a", "b"], {})


def test_three_accounts_may_rotate_their_uins():
    assert settled({"a": "1", "b": "2", "c": "3"}, a="2", b="3", c="1") == (["a", "b", "c"], {})


def test_a_refusal_that_puts_an_old_uin_back_in_play_refuses_who_took_it():
    good, refused = settled({"a": "1", "b": "2", "c": "3"}, a="3", b="1")
    assert good == []
    assert set(refused) == {"a", "b"}


def test_a_refusal_is_an_ordinary_problem_of_the_accounts_own_file():
    candidate = Candidate({"a": account(uin="1"), "b": account(uin="1")})
    candidate.refuse_shared_uins({}, FILES)
    (problem,) = candidate.refused["b"]
    assert (problem.code, problem.file, problem.line) == ("DuplicateAccount", "b/attachments.yaml", 1)


def test_problems_are_shown_one_a_line():
    assert problem_lines([Problem("A", "x", file="f", line=2), Problem("B", "y")]) == ["f:2: A: x", "<policy>:1: B: y"]
