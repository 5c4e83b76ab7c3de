"""Bodies are bounded in size, together, and in time."""

import asyncio

import pytest

from authz.doors.api3.bodies import Bodies, BodyLimits
from authz.doors.api3.errors import ApiError
from tests.waiting import BRIEF

KIB = 1024


async def chunks(*parts, then_hang=False):
    for part in parts:
        yield part
    if then_hang:
        await asyncio.Event().wait()


def read(bodies, *parts, **more):
    return asyncio.run(bodies.read(chunks(*parts, **more)))


def code_of(bodies, *parts, **more):
    with pytest.raises(ApiError) as caught:
        read(bodies, *parts, **more)
    return caught.value.code


def test_a_body_is_put_together():
    assert read(Bodies(BodyLimits()), b"ab", b"", b"c") == b"abc"


def test_a_body_that_is_too_large_is_refused_before_it_is_held():
    bodies = Bodies(BodyLimits(most=10, together=10))
    assert read(bodies, b"x" * 10) == b"x" * 10
    assert code_of(bodies, b"x" * 5, b"x" * 6) == "RequestSizeLimitExceeded"


def test_large_bodies_together_are_bounded_and_small_ones_always_have_room():
    bodies = Bodies(BodyLimits(most=1024 * KIB, together=300 * KIB))
    large = b"x" * (264 * KIB)
    assert read(bodies, large) == large
    assert code_of(bodies, large) == "RequestLimitExceeded"
    assert read(bodies, b"x" * (64 * KIB)) == b"x" * (64 * KIB)
    bodies.release(len(large))
    bodies.release(64 * KIB)
    assert read(bodies, large[: 132 * KIB], large[132 * KIB :]) == large


def test_a_body_that_does_not_arrive_is_given_up_and_counts_no_more():
    bodies = Bodies(BodyLimits(most=1024 * KIB, together=300 * KIB, seconds=BRIEF))
    assert code_of(bodies, b"x" * (264 * KIB), then_hang=True) == "FailedOperation"
    assert len(read(bodies, b"x" * (264 * KIB))) == 264 * KIB
