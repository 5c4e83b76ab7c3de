"""Authorizes or rejects calls within a deadline, for threaded servers; see `authorizer_aio`."""

import logging

from authz.client.blocking import Client
from authz.client.retry import Deadline
from authz.enforcement.call import AuthorizedCall, IncomingCall
from authz.enforcement.listing import ItemFilter
from authz.enforcement.refusals import CallRefusedError, fault, refusal_of_fault
from authz.enforcement.rules import ListingRule, PermissionRule, context_of, questions_of
from authz.enforcement.sources import PrincipalSource, checked_principal, find_principal, is_asynchronous
from authz.enforcement.verdict import decided, not_mapped
from authz.errors import ClientError, ConfigurationError

Requirement = tuple[PermissionRule, ...] | ListingRule
log = logging.getLogger("authz.enforcement")


class Authorizer:
    """`timeout` is the limit for the sidecar to decide a call, in seconds.

    Raises:
        ConfigurationError: if the principal's source needs an event loop.
    """

    def __init__(self, client: Client, principal: PrincipalSource, timeout: float) -> None:
        if timeout <= 0:
            raise ValueError("`timeout` must be above 0 seconds")
        if is_asynchronous(principal):
            raise ConfigurationError(["`principal` is asynchronous; a threaded server needs a synchronous one"])
        self._client = client
        self._principal = principal
        self._timeout = timeout

    def authorize(self, rule: Requirement | None, call: IncomingCall, left: float | None = None) -> AuthorizedCall:
        """Authorize a call; `left` is the time until the caller's deadline in seconds, None if it has none.

        Raises:
            CallRefusedError: for every call that may not be served, whatever the cause is.
        """
        if rule is None:
            raise not_mapped(call.api)
        try:
            return self._decide(rule, call, Deadline(self._timeout if left is None else min(self._timeout, left)))
        except CallRefusedError:
            raise
        except ClientError as error:
            raise refusal_of_fault(error) from error
        except Exception as error:
            log.exception("the authorization of %s failed because of an error in the backend or its mapping", call.api)
            raise fault() from error

    def _decide(self, rule: Requirement, call: IncomingCall, deadline: Deadline) -> AuthorizedCall:
        found = find_principal(self._principal, call)
        if not (found is None or isinstance(found, str)):
            raise TypeError("`principal` is asynchronous; a threaded server needs a synchronous one")
        principal = checked_principal(found)
        if isinstance(rule, ListingRule):
            return self._list(rule, call, principal, deadline)
        questions = questions_of(rule, call, principal)
        if len(questions) > 1:
            answers = self._client.batch(questions, timeout=deadline.left())
        else:
            one = questions[0]
            seconds = deadline.left()
            answers = [self._client.check(one.principal, one.action, one.resource, one.context, timeout=seconds)]
        return AuthorizedCall(call.api, self._client, principal, decided(questions, answers))

    def _list(self, rule: ListingRule, call: IncomingCall, principal: str, deadline: Deadline) -> AuthorizedCall:
        context = context_of(rule.context, call)
        answer = self._client.allowed_resources(principal, rule.action, context, timeout=deadline.left())
        items = ItemFilter(self._client, rule, answer, principal, context, lambda: self._timeout)
        return AuthorizedCall(call.api, self._client, principal, listed=items)
