"""The rules of a validated mapping, which make the questions about a call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authz.client.questions import Question
from authz.context import read_values
from authz.enforcement.call import IncomingCall, account_of
from authz.enforcement.mapping import Public
from authz.enforcement.refusals import invalid_request
from authz.enforcement.sources import ContextKey, Text
from authz.enforcement.template import BoundTemplate

Context = Mapping[str, tuple[str, ...]]
_MOST_QUESTIONS = 1000  # one batch, which is decided on one revision


@dataclass(frozen=True, slots=True)
class PermissionRule:
    """A permission bound to the request message of its API."""

    action: str
    resource: BoundTemplate | Callable[[IncomingCall], str | Sequence[str]]
    context: tuple[ContextKey, ...]

    def resources(self, call: IncomingCall, principal: str) -> tuple[str, ...]:
        """The resources of the call.

        Raises:
            CallRefusedError: if a field that names a resource is missing or malformed.
            TypeError: if a callable returns no resource.
        """
        if isinstance(self.resource, BoundTemplate):
            return self.resource.resources(call.message, account_of(principal))
        given = self.resource(call)
        found = (given,) if isinstance(given, str) else tuple(given)
        if not found or not all(found):
            raise TypeError(f"`resource` of the mapping of {call.api} returned no resource")
        return found


@dataclass(frozen=True, slots=True)
class ListingRule:
    """A listing bound to the message of its items."""

    action: str
    resource: BoundTemplate
    items: str
    count: str
    context: tuple[ContextKey, ...]
    item_context: tuple[tuple[str, Callable[[Any], Text]], ...]

    def question(self, item: Any, principal: str, context: Context) -> Question:
        """The single check of one item, with the condition keys of the call and its own.

        Raises:
            CallRefusedError: if the item's fields do not name one resource.
            TypeError: if a callable returns a value that is not a string.
        """
        names = self.resource.resources(item, account_of(principal))
        if len(names) != 1:
            raise invalid_request("an item of a list must be exactly one resource")
        own: dict[str, tuple[str, ...]] = {}
        for key, read in self.item_context:
            values = read(item)
            if values is not None:
                own[key] = read_values(key, values)
        return Question(principal, self.action, names[0], {**context, **own})

    def trimmed(self, answer: Any, kept: Sequence[Any]) -> Any:
        """A copy of the response with these items only."""
        fresh = type(answer)()
        fresh.CopyFrom(answer)
        fresh.ClearField(self.items)
        getattr(fresh, self.items).extend(kept)
        if self.count:
            setattr(fresh, self.count, len(kept))
        return fresh


Rule = Public | tuple[PermissionRule, ...] | ListingRule


def questions_of(rules: Sequence[PermissionRule], call: IncomingCall, principal: str) -> list[Question]:
    """The questions that must all be allowed for the call to be served; at least one.

    Raises:
        CallRefusedError: if a field that names a resource is missing, or there are too many resources.
    """
    found: list[Question] = []
    for rule in rules:
        context = context_of(rule.context, call)
        found += [Question(principal, rule.action, each, context) for each in rule.resources(call, principal)]
    if not 0 < len(found) <= _MOST_QUESTIONS:
        raise invalid_request(f"the call needs more than {_MOST_QUESTIONS} checks; expected fewer resources")
    return found


def context_of(keys: Sequence[ContextKey], call: IncomingCall) -> Context:
    """The condition keys of the call.

    Raises:
        CallRefusedError: if a declared one has no value.
    """
    read = ((key.name, key.values(call)) for key in keys)
    return {name: values for name, values in read if values is not None}
