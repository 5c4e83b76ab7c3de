"""The methods of a service, by name, with what answers them: each transport makes handlers of its own of this table."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from authz.pdp.batch import BatchChecker
from authz.pdp.check import Checker
from authz.pdp.explain import Explainer
from authz.pdp.scheduling import Answer, Work, at_once
from authz.server.call_policy import Conduct
from authz.server.revisions import RevisionFeed
from authz.v1 import authz_pb2

_SHORT_BATCH_BYTES = 4096  # some forty checks
SERVICE = authz_pb2.DESCRIPTOR.services_by_name["AuthorizationService"].full_name


@dataclass(frozen=True, slots=True)
class Single:
    """One question, one answer. A transport may turn some away when too many come at once, unless `is_vital`."""

    answer: Answer
    is_vital: bool = False


@dataclass(frozen=True, slots=True)
class Lengthy:
    """One question, one answer that takes long: it is let in or turned away, and waits for its turn.

    Of at most `short_bytes` a question is so short that a transport may answer it where it read it.
    """

    work: Work
    short_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """One answer for each question, in order."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Watch:
    """One question, a stream of messages until the server stops."""

    messages: Callable[[bytes], AsyncGenerator[bytes, None]]


Method: TypeAlias = Single | Lengthy | Conversation | Watch


@dataclass(frozen=True, slots=True)
class MethodTable:
    """A service by its full name, the methods that it has, and the rules of its calls."""

    service: str
    methods: Mapping[str, Method]
    conduct: Conduct


def authorization(
    checker: Checker, batches: BatchChecker, explainer: Explainer, feed: RevisionFeed, conduct: Conduct
) -> MethodTable:
    """The service that this is all about."""
    methods: dict[str, Method] = {
        "Check": Single(checker.check),
        "BatchCheck": Lengthy(batches.check, _SHORT_BATCH_BYTES),
        "StreamCheck": Conversation(checker.check),
        "Explain": Lengthy(at_once(explainer.explain)),
        "AllowedResources": Lengthy(at_once(explainer.allowed_resources)),
        "WatchRevision": Watch(lambda _data: feed.watch()),
    }
    return MethodTable(SERVICE, methods, conduct)
