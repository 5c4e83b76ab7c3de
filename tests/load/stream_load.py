"""Load on bidirectional streams, which `authz bench` does not measure."""

import itertools
import time
from collections.abc import Iterator
from contextlib import closing

from authz.cli.bench.load_generator import PATIENCE, Connection, Figures, Run, grpc_message
from authz.errors import AuthzError


def streams(address: str, path: str, messages: Iterator[bytes], count: int, window: int) -> Figures:
    """Send all `messages` over `count` streams of one connection, with `window` unanswered on each."""
    with closing(Connection(address, path)) as connection:
        return _streams(connection, messages, count, window)


def _streams(connection: Connection, messages: Iterator[bytes], count: int, window: int) -> Figures:
    run = Run([connection])

    def answered(stream: int, due: float) -> None:
        run.latencies.append(time.perf_counter() - due)
        message = next(messages, None)
        if message is not None:
            connection.send(stream, grpc_message(message), time.perf_counter())
        elif not connection.waiting(stream):
            connection.finish(stream)

    connection.answered = answered
    start = time.perf_counter()
    for _ in range(count):
        for first in itertools.islice(messages, 1):
            number = connection.open(grpc_message(first), time.perf_counter(), last=False)
            for message in itertools.islice(messages, window - 1):
                connection.send(number, grpc_message(message), time.perf_counter())
    while connection.under_way:
        if not connection.turn(PATIENCE):
            raise AuthzError("the server stopped answering")
    seconds = time.perf_counter() - start
    return run.figures(seconds)
