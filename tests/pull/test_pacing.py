import itertools

import pytest

from authz.pull.errors import CallError
from authz.pull.pacing import TRIES, PacedCall


class Time:
    """A clock that goes on when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def calls_of(answers, per_second=8.0):
    """A paced call whose server gives these answers, with the times at which it is asked."""
    time, at = Time(), []

    def call(action, parameters):
        at.append(time.now)
        answer = answers[len(at) - 1] if len(at) <= len(answers) else parameters
        if isinstance(answer, str):
            raise CallError(action, answer, "no")
        return answer

    return PacedCall(call, per_second, time, time.sleep), at


def test_no_second_has_more_calls_than_the_rate():
    call, at = calls_of([])
    for number in range(30):
        assert call("GetPolicy", {"PolicyId": number}) == {"PolicyId": number}
    assert all(later - sooner >= 1 for sooner, later in zip(at, at[8:], strict=False))


@pytest.mark.parametrize(
    "code", ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded", "ClientNetworkError", "InternalError"]
)
def test_a_passing_failure_is_tried_again_after_longer_and_longer_waits(code):
    call, at = calls_of([code] * 4)
    assert call("ListUsers", {"a": 1}) == {"a": 1}
    waits = [later - sooner for sooner, later in itertools.pairwise(at)]
    assert [0.25 * 2**number <= wait <= 0.5 * 2**number for number, wait in enumerate(waits)] == [True] * 4


def test_the_last_failure_is_told():
    call, at = calls_of(["ServerNetworkError"] * 100)
    with pytest.raises(CallError, match=r"^ListUsers: ServerNetworkError: no$"):
        call("ListUsers", {})
    assert len(at) == TRIES


def test_a_refusal_is_told_at_once_with_what_helps():
    call, at = calls_of(["AuthFailure.UnauthorizedOperation"])
    with pytest.raises(CallError, match="the key needs QcloudCamReadOnlyAccess"):
        call("ListUsers", {})
    assert len(at) == 1
