"""The methods of a service: a table of their kinds and of the functions that answer them."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from authz.pdp.batch import BatchChecker
from authz.pdp.check import Checker
from authz.pdp.explain import Explainer
from authz.pdp.scheduling import Answer, Work, at_once
from authz.server.call_policy import CallPolicy
from authz.server.revisions import RevisionFeed
from authz.v1 import authz_pb2

_SHORT_BATCH_BYTES = 4096  # about forty checks
SERVICE = authz_pb2.DESCRIPTOR.services_by_name["AuthorizationService"].full_name


Messages: TypeAlias = Callable[[bytes], AsyncGenerator[bytes, None]]
"""The messages that answer a request."""


@dataclass(frozen=True, slots=True)
class Unary:
    """One request, one answer at once. Calls are shed when too many come together, unless the method `is_vital`."""

    answer: Answer
    is_vital: bool = False


@dataclass(frozen=True, slots=True)
class LongUnary:
    """One request, one answer that takes long: it needs a slot of the limiter, and waits for its turn.

    A request of at most `short_bytes` is answered at once if no other call waits.
    """

    work: Work
    short_bytes: int = 0


@dataclass(frozen=True, slots=True)
class BidiStream:
    """A stream of requests, one answer for each, in order."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class ServerStream:
    """One request, a stream of messages until the server stops."""

    messages: Messages


Method: TypeAlias = Unary | LongUnary | BidiStream | ServerStream


@dataclass(frozen=True, slots=True)
class MethodTable:
    """The full name of a service, its methods by name, and the rules of its calls."""

    service: str
    methods: Mapping[str, Method]
    call_policy: CallPolicy


def authorization(
    checker: Checker, batches: BatchChecker, explainer: Explainer, feed: RevisionFeed, call_policy: CallPolicy
) -> MethodTable:
    """The methods of authz.v1.AuthorizationService."""
    methods: dict[str, Method] = {
        "Check": Unary(checker.check),
        "BatchCheck": LongUnary(batches.check, _SHORT_BATCH_BYTES),
        "StreamCheck": BidiStream(checker.check),
        "Explain": LongUnary(at_once(explainer.explain)),
        "AllowedResources": LongUnary(at_once(explainer.allowed_resources)),
        "WatchRevision": ServerStream(lambda _data: feed.watch()),
    }
    return MethodTable(SERVICE, methods, call_policy)
