import pytest

from authz import errors
from authz.errors import AuthzError, InvalidAccountError, InvalidPolicyError, InvalidRequestError, Problem

TREE = AuthzError.__subclasses__()


def test_every_error_has_a_code_of_its_own():
    codes = [each.code for each in (AuthzError, *TREE)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("each", TREE, ids=lambda each: each.__name__)
def test_every_error_is_public_and_says_error(each):
    assert each.__name__.endswith("Error")
    assert getattr(errors, each.__name__) is each


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("Code", "is wrong", file="a.json", line=3, column=7), "a.json:3: Code: is wrong"),
        (Problem("Code", "is wrong"), "<policy>:1: Code: is wrong"),
    ],
)
def test_a_problem_is_shown_as_file_line_code_and_message(problem, line):
    # files-and-commands: `file:line: code: message`
    assert str(problem) == line


@pytest.mark.parametrize("kind", [InvalidPolicyError, InvalidAccountError])
def test_a_refusal_carries_and_shows_every_problem(kind):
    problems = [Problem("A", "first", file="x", line=1), Problem("B", "second", file="y", line=2)]
    error = kind(problems)
    assert error.problems == tuple(problems)
    assert str(error) == "x:1: A: first\ny:2: B: second"


def test_an_invalid_request_names_the_field():
    error = InvalidRequestError("action", "`x` is no action")
    assert (error.field, error.reason, str(error)) == ("action", "`x` is no action", "action: `x` is no action")
