"""Mutated byte streams do no harm."""

import asyncio

from tests.http2.fuzz import CALLS, echoing, fuzz


def test_some_thousand_mutated_streams_raise_nothing_and_leave_nothing():
    done, outcomes = asyncio.run(fuzz(echoing(), CALLS, 3000, seed=9113))
    assert done == 3000
    assert outcomes > 20
