"""The items of a list that its caller may see: by patterns where these tell, by single checks where they do not."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from authz.client.aio import AsyncClient
from authz.client.answers import AllowedResources, Answer, Decision
from authz.client.blocking import Client
from authz.client.questions import Question
from authz.enforcement.bounds import Bounds, Verdict
from authz.enforcement.call import account_of
from authz.enforcement.refusals import refusal_of, refusal_of_fault
from authz.enforcement.rules import Context, ListingRule
from authz.errors import ClientError


class _Sorting:
    """One list under way: what is certain of its items, and what must be asked."""

    def __init__(
        self, rule: ListingRule, bounds: Bounds, principal: str, context: Context, items: Iterable[Any]
    ) -> None:
        self.items = list(items)
        self.questions = [rule.question(item, principal, context) for item in self.items]
        self.verdicts = [bounds.verdict(each.resource) for each in self.questions]

    def open_questions(self) -> list[Question]:
        """The single checks that must be made."""
        pairs = zip(self.questions, self.verdicts, strict=True)
        return [question for question, verdict in pairs if verdict is Verdict.ASK]

    def kept(self, answers: Sequence[Answer]) -> list[Any]:
        """The items that are allowed.

        Raises:
            CallRefusedError: if nobody decided on one of them: a list that lacks it would look complete.
        """
        left = iter(zip(self.open_questions(), answers, strict=True))
        found: list[Any] = []
        for item, verdict in zip(self.items, self.verdicts, strict=True):
            if verdict is Verdict.INSIDE or (verdict is Verdict.ASK and _is_allowed(*next(left))):
                found.append(item)
        return found


def _is_allowed(question: Question, answer: Answer) -> bool:
    if isinstance(answer, Decision) and answer.reason > 0:
        return answer.allowed
    raise refusal_of(answer, question.action, question.resource)


class ItemFilter:
    """What one caller may see of a list, for handlers on threads; `seconds` tells how long a question may take."""

    def __init__(
        self,
        client: Client,
        rule: ListingRule,
        answer: AllowedResources,
        principal: str,
        context: Context,
        seconds: Callable[[], float],
    ) -> None:
        self._client = client
        self._rule = rule
        self._bounds = Bounds(answer, account_of(principal))
        self._principal = principal
        self._context = context
        self._seconds = seconds

    def only(self, items: Iterable[Any]) -> list[Any]:
        """The items that single checks would allow, in order.

        Raises:
            CallRefusedError: if a single check is necessary, and nobody decided it.
        """
        sorting = _Sorting(self._rule, self._bounds, self._principal, self._context, items)
        questions = sorting.open_questions()
        if not questions:
            return sorting.kept(())
        revision = self._bounds.answer.revision
        try:
            answers = self._client.batch(questions, at_least_revision=revision, timeout=self._seconds())
        except ClientError as error:
            raise refusal_of_fault(error) from error
        return sorting.kept(answers)

    def trimmed(self, answer: Any) -> Any:
        """The answer of a listing with these items alone; see `only`."""
        return self._rule.trimmed(answer, self.only(getattr(answer, self._rule.items)))


class AsyncItemFilter:
    """The same for asyncio."""

    def __init__(
        self,
        client: AsyncClient,
        rule: ListingRule,
        answer: AllowedResources,
        principal: str,
        context: Context,
        seconds: Callable[[], float],
    ) -> None:
        self._client = client
        self._rule = rule
        self._bounds = Bounds(answer, account_of(principal))
        self._principal = principal
        self._context = context
        self._seconds = seconds

    async def only(self, items: Iterable[Any]) -> list[Any]:
        """The items that single checks would allow, in order.

        Raises:
            CallRefusedError: if a single check is necessary, and nobody decided it.
        """
        sorting = _Sorting(self._rule, self._bounds, self._principal, self._context, items)
        questions = sorting.open_questions()
        if not questions:
            return sorting.kept(())
        revision = self._bounds.answer.revision
        try:
            answers = await self._client.batch(questions, at_least_revision=revision, timeout=self._seconds())
        except ClientError as error:
            raise refusal_of_fault(error) from error
        return sorting.kept(answers)

    async def trimmed(self, answer: Any) -> Any:
        """The answer of a listing with these items alone; see `only`."""
        return self._rule.trimmed(answer, await self.only(getattr(answer, self._rule.items)))
