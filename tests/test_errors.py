import pytest

from authz import errors
from authz.errors import (
    AuthzError,
    ConfigurationError,
    InvalidAccountError,
    InvalidPolicyError,
    InvalidRequestError,
    Problem,
    SourceError,
)

TREE = [each for each in AuthzError.__subclasses__() if each.__module__ == errors.__name__]


def test_every_error_has_a_unique_code():
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
    error = InvalidRequestError("action", "`x` is not an action")
    assert (error.field, error.reason, str(error)) == ("action", "`x` is not an action", "action: `x` is not an action")


FORGED = "x\n<policy>:1: Code: all is well\x1b[2K\u202e"


@pytest.mark.parametrize("each", [Problem(FORGED, "m"), Problem("Code", FORGED), Problem("Code", "m", file=FORGED)])
def test_no_text_of_a_file_makes_a_problem_two_lines(each):
    assert str(each).isprintable()
    assert "all is well\\u001b[2K\\u202e" in str(each)


@pytest.mark.parametrize(
    ("error", "count"),
    [
        (SourceError(FORGED), 1),
        (InvalidRequestError("resource", FORGED), 1),
        (InvalidPolicyError([Problem("Code", FORGED), Problem("Code", "m")]), 2),
        (InvalidAccountError([Problem("Code", FORGED)]), 1),
        (ConfigurationError([FORGED, "m"]), 2),
    ],
)
def test_an_error_has_the_lines_that_are_its_own(error, count):
    assert len(error.lines) == count
    assert all(line.isprintable() for line in error.lines)


def test_programs_read_the_text_as_it_was():
    assert InvalidRequestError("resource", FORGED).reason == FORGED
    assert InvalidPolicyError([Problem("Code", FORGED)]).problems[0].message == FORGED
