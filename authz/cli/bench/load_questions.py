"""Encoded requests for load tests, about the accounts that `workload` makes."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from google.protobuf import json_format

from authz.errors import MalformedTextError
from authz.v1 import authz_pb2

ACCOUNTS, USERS, POLICIES = 20, 10, 10
DISTINCT = 1000


def check_of(number: int, resource: int) -> authz_pb2.CheckRequest:
    """The request of the user with this number about an application."""
    uin = 10_000_000 + number % ACCOUNTS
    return authz_pb2.CheckRequest(
        principal=f"qcs::cam::uin/{uin}:uin/{100_001 + number // ACCOUNTS % USERS}",
        action="im:AddUser",
        resource=f"qcs::im::uin/{uin}:sdkappid/{resource}",
    )


def repeated(number: int) -> authz_pb2.CheckRequest:
    """One of the DISTINCT requests that `warm` repeats."""
    return check_of(number % DISTINCT, 1_400_000_000 + number % DISTINCT // (ACCOUNTS * USERS))


def warm(count: int) -> Iterator[bytes]:
    """`count` requests that repeat the same thousand."""
    return cycled([repeated(number).SerializeToString() for number in range(DISTINCT)], count)


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


def batch_of(items: Sequence[bytes]) -> bytes:
    """One BatchCheckRequest made of encoded CheckRequests."""
    checks = [authz_pb2.CheckRequest.FromString(item) for item in items]
    return authz_pb2.BatchCheckRequest(checks=checks).SerializeToString()
