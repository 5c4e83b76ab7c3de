"""Encoded requests for load tests, about the accounts that `workload` makes."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from google.protobuf import json_format

from authz.errors import MalformedTextError
from authz.v1 import authz_pb2

ACCOUNTS, USERS, POLICIES = 20, 10, 10
DISTINCT = 1000


def _check(number: int, resource: int) -> authz_pb2.CheckRequest:
    uin = 10_000_000 + number % ACCOUNTS
    return authz_pb2.CheckRequest(
        principal=f"qcs::cam::uin/{uin}:uin/{100_001 + number // ACCOUNTS % USERS}",
        action="im:AddUser",
        resource=f"qcs::im::uin/{uin}:sdkappid/{resource}",
    )


def _repeated(number: int) -> authz_pb2.CheckRequest:
    return _check(number % DISTINCT, 1_400_000_000 + number % DISTINCT // (ACCOUNTS * USERS))


def warm(count: int) -> Iterator[bytes]:
    """`count` requests that repeat the same thousand."""
    return cycled([_repeated(number).SerializeToString() for number in range(DISTINCT)], count)


def read_questions(file: Path) -> list[bytes]:
    """Read the requests of a file: one CheckRequest in protobuf's JSON on each line.

    Raises:
        MalformedTextError: if a line is not a CheckRequest, or the file has none.
    """
    encoded = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            encoded.append(json_format.Parse(line, authz_pb2.CheckRequest()).SerializeToString())
        except json_format.ParseError as error:
            raise MalformedTextError(f"{file}:{number}: not a CheckRequest in JSON: {error}", number) from None
    if not encoded:
        raise MalformedTextError(f"{file}: the file is empty; expected at least one CheckRequest", 1)
    return encoded


def cycled(encoded: Sequence[bytes], count: int) -> Iterator[bytes]:
    """The first `count` of the messages, repeated endlessly."""
    return itertools.islice(itertools.cycle(encoded), count)


class Novelty:
    """Makes requests that were never sent before."""

    def __init__(self) -> None:
        self._first = 0

    def _numbers(self, count: int) -> range:
        self._first += count
        return range(self._first - count, self._first)

    def cold(self, count: int) -> Iterator[bytes]:
        """Requests each about another resource."""
        checks = [_check(number, 1_500_000_000 + number).SerializeToString() for number in self._numbers(count)]
        return iter(checks)

    def contexts(self, count: int) -> Iterator[bytes]:
        """A thousand distinct requests, each time from another address and at another time."""
        checks = []
        for number in self._numbers(count):
            message = _repeated(number)
            message.context["qcs:ip"].values.append(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
            stamp = f"2026-01-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
            message.context["qcs:current_time"].values.append(stamp)
            checks.append(message.SerializeToString())
        return iter(checks)

    def cold_batches(self, count: int, size: int) -> Iterator[bytes]:
        """Batches of `size` new requests each."""
        items = self.cold(count * size)
        return iter([batch_of([next(items) for _ in range(size)]) for _ in range(count)])


def warm_batches(count: int, size: int) -> Iterator[bytes]:
    """`count` times the same batch of `size` distinct requests."""
    batch = batch_of(list(warm(size)))
    return iter([batch] * count)


def batch_of(items: Sequence[bytes]) -> bytes:
    """One BatchCheckRequest made of encoded CheckRequests."""
    checks = [authz_pb2.CheckRequest.FromString(item) for item in items]
    return authz_pb2.BatchCheckRequest(checks=checks).SerializeToString()
