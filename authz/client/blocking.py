"""The blocking client, for any number of threads; the twin of the asyncio one."""

from collections.abc import Iterable, Sequence
from threading import Lock
from types import TracebackType
from typing import Self

import grpc

from authz.client.answers import (
    AllowedResources,
    Answer,
    Decision,
    Explanation,
    denial_of,
    first_denial,
    read_batch,
    read_decision,
    read_explanation,
    read_listing,
)
from authz.client.calls_blocking import BlockingCalls
from authz.client.faults import UnavailableError
from authz.client.memory import DecisionMemory, Key
from authz.client.questions import (
    Context,
    ListMode,
    Question,
    encode_all,
    encode_batch,
    encode_context,
    encode_explain,
    encode_listing,
    encode_question,
    encode_revision,
    split,
)
from authz.client.retry import Deadline
from authz.client.settings import ClientSettings, OnFailure
from authz.errors import ClientError


class Client:
    """A client of one sidecar with one channel.

    `target` is `host:port` or `unix:/path`; `timeout` is the limit for a call in seconds, including retries; each
    call may have its own. Every RPC is a read, so a call that was rejected without an answer is repeated until its
    deadline: the client waits for a sidecar that starts later. `cache_size` enables a local cache (see ClientSettings).
    Proxies named in the environment are ignored; `proxy="http://host:port"` connects through one.
    A failed `check`, `check_all` or `batch` raises a ClientError or denies, depending on `on_failure`; it never allows.
    """

    def __init__(
        self,
        target: str,
        *,
        timeout: float = 1.0,
        on_failure: OnFailure = OnFailure.RAISE,
        credentials: grpc.ChannelCredentials | None = None,
        batch_limit: int = 1000,
        keepalive: float = 10.0,
        cache_size: int = 0,
        cache_ttl: float = 0.8,
        proxy: str = "",
    ) -> None:
        self._settings = ClientSettings(
            target, timeout, on_failure, batch_limit, keepalive, cache_size, cache_ttl, proxy
        )
        self._credentials = credentials
        self._timeout = timeout
        self._memory = DecisionMemory(cache_size, cache_ttl) if cache_size else None
        self._calls: BlockingCalls | None = None
        self._opening = Lock()
        self._is_closed = False

    def check(
        self,
        principal: str,
        action: str,
        resource: str = "*",
        context: Context | None = None,
        *,
        at_least_revision: str = "",
        timeout: float | None = None,
    ) -> Decision:
        """Decide whether this principal may perform this action on this resource.

        Raises:
            ClientError: if there is no decision and `on_failure` is not DENY.
        """
        if timeout is None:
            timeout = self._timeout
        try:
            if self._memory is None:
                answer = self._ask(encode_question(principal, action, resource, context), at_least_revision, timeout)
            else:
                key = (principal, action, resource, encode_context(context))
                known = self._memory.get(key, at_least_revision)
                if known is not None:
                    return known
                answer = self._ask_and_keep(key, self._memory, at_least_revision, timeout)
        except ClientError as error:
            answer = error
        return answer if isinstance(answer, Decision) else self._resolved(answer)

    def _ask_and_keep(self, key: Key, memory: DecisionMemory, revision: str, timeout: float) -> Answer:
        ticket = memory.ticket()
        principal, action, resource, context = key
        answer = self._ask(encode_question(principal, action, resource, None) + context, revision, timeout)
        if isinstance(answer, Decision):
            memory.put(key, answer, ticket)
        return answer

    def _ask(self, question: bytes, revision: str, timeout: float) -> Answer:
        calls = self._calls or self._open()
        data = question + encode_revision(revision) if revision else question
        return read_decision(calls.call("Check", data, timeout))

    def check_all(
        self,
        principal: str,
        needs: Iterable[tuple[str, str]],
        context: Context | None = None,
        *,
        at_least_revision: str = "",
        timeout: float | None = None,
    ) -> Decision:
        """Decide on all of these (action, resource) pairs: the first denial, or else the last allow.

        Raises:
            ClientError: if one before the first denial has no decision and `on_failure` is not DENY.
            ValueError: if `needs` is empty.
        """
        questions = [Question(principal, action, resource, context) for action, resource in needs]
        if not questions:
            raise ValueError("nothing to check: `needs` is empty; expected at least one pair")
        try:
            answer = first_denial(self._batch(questions, at_least_revision, timeout))
        except ClientError as error:
            answer = error
        return answer if isinstance(answer, Decision) else self._resolved(answer)

    def batch(
        self,
        questions: Iterable[Question],
        *,
        at_least_revision: str = "",
        timeout: float | None = None,
    ) -> list[Answer]:
        """Answers in the order of the questions: a decision, or the question's error (a denial with DENY).

        All are decided on one revision unless they exceed one batch. The local cache is not used.

        Raises:
            ClientError: if a whole batch failed and `on_failure` is not DENY.
        """
        asked = tuple(questions)
        try:
            answers = self._batch(asked, at_least_revision, timeout)
        except ClientError as error:
            if self._settings.on_failure is OnFailure.RAISE:
                raise
            answers = [error] * len(asked)
        return [self._resolved(each) for each in answers] if self._settings.on_failure is OnFailure.DENY else answers

    def _batch(self, questions: Sequence[Question], revision: str, timeout: float | None) -> list[Answer]:
        calls, deadline = self._calls or self._open(), Deadline(self._timeout if timeout is None else timeout)
        encoded, refused = encode_all(questions)
        answers: list[Answer] = []
        for part in split(encoded, self._settings.batch_limit):
            data = calls.call("BatchCheck", encode_batch(part, revision), deadline.left())
            answers += read_batch(data, len(part))
        for place, error in refused.items():
            answers.insert(place, error)
        return answers

    def allowed_resources(
        self,
        principal: str,
        action: str,
        context: Context | None = None,
        *,
        mode: ListMode = ListMode.STRICT,
        at_least_revision: str = "",
        timeout: float | None = None,
    ) -> AllowedResources:
        """The patterns of resources on which this principal may perform this action.

        Raises:
            ClientError: if there is no answer, for any `on_failure`: an empty list would look like an answer.
        """
        data = encode_listing(principal, action, context, at_least_revision, mode)
        return read_listing(self._call("AllowedResources", data, timeout))

    def explain(
        self,
        principal: str,
        action: str,
        resource: str = "*",
        context: Context | None = None,
        *,
        at_least_revision: str = "",
        timeout: float | None = None,
    ) -> Explanation:
        """A decision with every statement that was considered, and what would change it.

        Raises:
            ClientError: if there is no answer, for any `on_failure`.
        """
        question = encode_question(principal, action, resource, context) + encode_revision(at_least_revision)
        return read_explanation(self._call("Explain", encode_explain(question), timeout))

    def _call(self, method: str, data: bytes, timeout: float | None) -> bytes:
        calls = self._calls or self._open()
        return calls.call(method, data, self._timeout if timeout is None else timeout)

    def _resolved(self, answer: Answer) -> Decision:
        """The decision, or for a failure a denial or its error, depending on `on_failure`."""
        if isinstance(answer, Decision):
            return answer
        if self._settings.on_failure is OnFailure.DENY:
            return denial_of(answer)
        raise answer

    def _open(self) -> BlockingCalls:
        """Connect on first use, once."""
        with self._opening:
            if self._is_closed:
                raise UnavailableError("the client is closed")
            if self._calls is None:
                self._calls = BlockingCalls(self._settings, self._credentials)
                if self._memory is not None:
                    self._calls.watch(self._memory)
            return self._calls

    def close(self) -> None:
        """Cancel calls in flight, end the watch and close the channel; closing twice is harmless."""
        with self._opening:
            self._is_closed = True
            calls, self._calls = self._calls, None
        if calls is not None:
            calls.close()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
