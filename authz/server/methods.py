"""The methods of a service, by name, with what answers them: each transport makes handlers of its own of this table."""

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

_SHORT_BATCH_BYTES = 4096  # some forty checks
SERVICE = authz_pb2.DESCRIPTOR.services_by_name["AuthorizationService"].full_name


@dataclass(frozen=True, slots=True)
class Unary:
    """One question, one answer. A transport may turn some away when too many come at once, unless `is_vital`."""

    answer: Answer
    is_vital: bool = False


@dataclass(frozen=True, slots=True)
class LongUnary:
    """One question, one answer that takes long: it is let in or turned away, and waits for its turn.

    Of at most `short_bytes` a question is so short that a transport may answer it where it read it.
    """

    work: Work
    short_bytes: int = 0


@dataclass(frozen=True, slots=True)
class BidiStream:
    """One answer for each question, in order."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class ServerStream:
    """One question, a stream of messages until the server stops."""

    messages: Callable[[bytes], AsyncGenerator[bytes, None]]


Method: TypeAlias = Unary | LongUnary | BidiStream | ServerStream


@dataclass(frozen=True, slots=True)
class MethodTable:
    """A service by its full name, the methods that it has, and the rules of its calls."""

    service: str
    methods: Mapping[str, Method]
    call_policy: CallPolicy


def authorization(
    checker: Checker, batches: BatchChecker, explainer: Explainer, feed: RevisionFeed, call_policy: CallPolicy
) -> MethodTable:
    """The service that this is all about."""
    methods: dict[str, Method] = {
        "Check": Unary(checker.check),
        "BatchCheck": LongUnary(batches.check, _SHORT_BATCH_BYTES),
        "StreamCheck": BidiStream(checker.check),
        "Explain": LongUnary(at_once(explainer.explain)),
        "AllowedResources": LongUnary(at_once(explainer.allowed_resources)),
        "WatchRevision": ServerStream(lambda _data: feed.watch()),
    }
    return MethodTable(SERVICE, methods, call_policy)
