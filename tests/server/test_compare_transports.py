"""Random calls are heard and counted the same over either transport; see `compare_transports` for many more of them."""

import asyncio

from tests.server.compare_transports import compare


def test_both_transports_say_and_count_the_same():
    seen = asyncio.run(compare(300))
    assert {"OK", "INVALID_ARGUMENT", "UNAVAILABLE", "UNIMPLEMENTED", "RESOURCE_EXHAUSTED", "NOT_FOUND"} <= set(seen)
    assert "cancelled" in seen
