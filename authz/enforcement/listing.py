"""Filtering of the items in a response by what the caller may see, with patterns and single checks."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from authz.client.aio import AsyncClient
from authz.client.answers import AllowedResources, Answer, Decision
from authz.client.blocking import Client
from authz.client.questions import Question
from authz.enforcement.call import account_of
from authz.enforcement.pattern_filter import PatternFilter, Verdict
from authz.enforcement.refusals import refusal_of, refusal_of_fault
from authz.enforcement.rules import Context, ListingRule
from authz.errors import ClientError

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


class _Sorting:
    """The items of one list, with the verdict of the patterns on each."""

    def __init__(
        self, rule: ListingRule, pattern_filter: PatternFilter, principal: str, context: Context, items: Iterable[Any]
    ) -> None:
        self.items = list(items)
        self.questions = [rule.question(item, principal, context) for item in self.items]
        self.verdicts = [pattern_filter.verdict(each.resource) for each in self.questions]

    @cached_property
    def open_questions(self) -> list[Question]:
        """The single checks that are necessary."""
        pairs = zip(self.questions, self.verdicts, strict=True)
        return [question for question, verdict in pairs if verdict is Verdict.ASK]

    def kept(self, answers: Sequence[Answer]) -> list[Any]:
        """The items that are allowed.

        Raises:
            CallRefusedError: if one was not decided, since a list without it would look complete.
        """
        left = iter(zip(self.open_questions, answers, strict=True))
        found: list[Any] = []
        for item, verdict in zip(self.items, self.verdicts, strict=True):
            if verdict is Verdict.INSIDE or (verdict is Verdict.ASK and _is_allowed(*next(left))):
                found.append(item)
        return found


def _is_allowed(question: Question, answer: Answer) -> bool:
    if isinstance(answer, Decision) and answer.reason > 0:
        return answer.allowed
    raise refusal_of(answer, question.action, question.resource)


class _ItemFilter(Generic[AnyClient]):
    """Selects the items that one caller may see; `seconds` returns the limit for a batch."""

    def __init__(
        self,
        client: AnyClient,
        rule: ListingRule,
        answer: AllowedResources,
        principal: str,
        context: Context,
        seconds: Callable[[], float],
    ) -> None:
        self._client: AnyClient = client
        self._rule = rule
        self._answer = answer
        self._filter = PatternFilter(answer, account_of(principal))
        self._principal = principal
        self._context = context
        self._seconds = seconds

    def _sorted(self, items: Iterable[Any]) -> _Sorting:
        return _Sorting(self._rule, self._filter, self._principal, self._context, items)


class ItemFilter(_ItemFilter[Client]):
    """Selects the items that one caller may see, for threaded servers."""

    def only(self, items: Iterable[Any]) -> list[Any]:
        """The items that single checks would allow, in order.

        Raises:
            CallRefusedError: if a single check is necessary and fails.
        """
        sorting = self._sorted(items)
        if not sorting.open_questions:
            return sorting.kept(())
        try:
            answers = self._client.batch(
                sorting.open_questions, at_least_revision=self._answer.revision, timeout=self._seconds()
            )
        except ClientError as error:
            raise refusal_of_fault(error) from error
        return sorting.kept(answers)

    def trimmed(self, answer: Any) -> Any:
        """The response of a listing with these items only; see `only`."""
        return self._rule.trimmed(answer, self.only(getattr(answer, self._rule.items)))


class AsyncItemFilter(_ItemFilter[AsyncClient]):
    """Selects the items that one caller may see, for asyncio servers."""

    async def only(self, items: Iterable[Any]) -> list[Any]:
        """The items that single checks would allow, in order.

        Raises:
            CallRefusedError: if a single check is necessary and fails.
        """
        sorting = self._sorted(items)
        if not sorting.open_questions:
            return sorting.kept(())
        try:
            answers = await self._client.batch(
                sorting.open_questions, at_least_revision=self._answer.revision, timeout=self._seconds()
            )
        except ClientError as error:
            raise refusal_of_fault(error) from error
        return sorting.kept(answers)

    async def trimmed(self, answer: Any) -> Any:
        """The response of a listing with these items only; see `only`."""
        return self._rule.trimmed(answer, await self.only(getattr(answer, self._rule.items)))
