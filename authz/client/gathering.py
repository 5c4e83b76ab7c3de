"""Batching: the checks made in one iteration of the event loop are sent as one BatchCheck."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from authz.client.answers import Answer, read_batch
from authz.client.faults import SidecarFaultError, UnavailableError
from authz.client.questions import encode_batch, split
from authz.errors import ClientError

Waiting = dict[bytes, list["asyncio.Future[Answer]"]]
Send = Callable[[bytes, float], Awaitable[bytes]]


class Gatherer:
    """Each question is asked once per turn, however many callers wait for it.

    Callers with another deadline or another revision to wait for travel in a batch of their own, so the call's deadline
    is each caller's own. A caller that is cancelled takes nothing but its own future away.
    """

    def __init__(self, send: Send, limit: int) -> None:
        self._send = send
        self._limit = limit
        self._turn: dict[tuple[float, str], Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    def ask(self, question: bytes, timeout: float, revision: str) -> "asyncio.Future[Answer]":
        """A future of the answer; errors are results, so that an abandoned future logs no warning."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        group = (timeout, revision)
        waiting = self._turn.get(group)
        if waiting is None:
            if not self._turn:
                self._loop.call_soon(self._flush)
            waiting = self._turn[group] = {}
        callers = waiting.get(question)
        if callers is None:
            waiting[question] = [future]
        else:
            callers.append(future)
        return future

    def _flush(self) -> None:
        turn, self._turn = self._turn, {}
        for (timeout, revision), waiting in turn.items():
            for questions in split(tuple(waiting), self._limit):
                callers = [waiting[question] for question in questions]
                task = self._loop.create_task(self._answer(questions, callers, timeout, revision))
                self._tasks.add(task)
                task.add_done_callback(partial(self._ended, callers))

    async def _answer(
        self,
        questions: Sequence[bytes],
        callers: list[list["asyncio.Future[Answer]"]],
        timeout: float,  # noqa: ASYNC109 - it becomes gRPC's deadline
        revision: str,
    ) -> None:
        answers: list[Answer]
        try:
            answers = read_batch(await self._send(encode_batch(questions, revision), timeout), len(questions))
        except ClientError as error:
            answers = [error] * len(questions)
        except Exception as error:  # noqa: BLE001 - every caller must get an answer
            answers = [SidecarFaultError(f"{type(error).__name__}: {error}")] * len(questions)
        _resolve(callers, answers)

    def _ended(self, callers: list[list["asyncio.Future[Answer]"]], task: asyncio.Task[None]) -> None:
        """Resolve the futures of a batch that `close` cancelled, perhaps before it started."""
        self._tasks.discard(task)
        if task.cancelled():
            _resolve(callers, [UnavailableError("the client was closed")] * len(callers))

    async def close(self) -> None:
        """Cancel calls in flight; their callers get an UnavailableError."""
        if self._turn:
            self._flush()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _resolve(callers: Sequence[list["asyncio.Future[Answer]"]], answers: Sequence[Answer]) -> None:
    for futures, answer in zip(callers, answers, strict=True):
        for future in futures:
            if not future.done():  # the caller was cancelled
                future.set_result(answer)
