"""Authorizes or rejects calls within a deadline, for asyncio servers."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Sequence

from authz.client.aio import AsyncClient
from authz.client.answers import Answer
from authz.client.questions import Question
from authz.client.retry import Deadline
from authz.enforcement.call import AuthorizedCall, IncomingCall
from authz.enforcement.listing import AsyncItemFilter
from authz.enforcement.refusals import CallRefusedError, fault, refusal_of_fault, unavailable
from authz.enforcement.rules import ListingRule, PermissionRule, context_of, questions_of
from authz.enforcement.sources import PrincipalSource, checked_principal, find_principal
from authz.enforcement.verdict import decided, not_mapped
from authz.errors import ClientError

Requirement = tuple[PermissionRule, ...] | ListingRule
log = logging.getLogger("authz.enforcement")


class AsyncAuthorizer:
    """`timeout` is the limit for authorizing a call in seconds, including the lookup of its principal."""

    def __init__(self, client: AsyncClient, principal: PrincipalSource, timeout: float) -> None:
        if timeout <= 0:
            raise ValueError("`timeout` must be above 0 seconds")
        self._client = client
        self._principal = principal
        self._timeout = timeout

    async def authorize(
        self, rule: Requirement | None, call: IncomingCall, left: float | None = None
    ) -> AuthorizedCall:
        """Authorize a call; `left` is the time until the caller's deadline in seconds, None if it has none.

        Raises:
            CallRefusedError: if the call must not be served, whatever the cause.
        """
        if rule is None:
            raise not_mapped(call.api)
        seconds = self._timeout if left is None else min(self._timeout, left)
        try:
            async with asyncio.timeout(seconds):
                return await self._decide(rule, call, Deadline(seconds))
        except CallRefusedError:
            raise
        except ClientError as error:
            raise refusal_of_fault(error) from error
        except TimeoutError:
            raise unavailable() from None
        except Exception as error:
            log.exception("the authorization of %s failed because of an error in the backend or its mapping", call.api)
            raise fault() from error

    async def _decide(self, rule: Requirement, call: IncomingCall, deadline: Deadline) -> AuthorizedCall:
        found = find_principal(self._principal, call)
        principal = checked_principal(await found if inspect.isawaitable(found) else found)
        if isinstance(rule, ListingRule):
            return await self._list(rule, call, principal, deadline)
        questions = questions_of(rule, call, principal)
        decision = decided(questions, await self._answers(questions, deadline.left()))
        return AuthorizedCall(call.api, self._client, principal, decision)

    def _answers(self, questions: Sequence[Question], seconds: float) -> Awaitable[Sequence[Answer]]:
        if len(questions) > 1:
            return self._client.batch(questions, timeout=seconds)
        return self._answer(questions[0], seconds)

    async def _answer(self, one: Question, seconds: float) -> Sequence[Answer]:
        # The client joins a single check with others in a batch, or answers it from its cache.
        return (await self._client.check(one.principal, one.action, one.resource, one.context, timeout=seconds),)

    async def _list(self, rule: ListingRule, call: IncomingCall, principal: str, deadline: Deadline) -> AuthorizedCall:
        context = context_of(rule.context, call)
        answer = await self._client.allowed_resources(principal, rule.action, context, timeout=deadline.left())
        items = AsyncItemFilter(self._client, rule, answer, principal, context, lambda: self._timeout)
        return AuthorizedCall(call.api, self._client, principal, listed=items)
