"""The question: may this principal perform this action on this resource, under these circumstances?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from authz.errors import InvalidRequestError
from authz.language.action import Action, parse_action
from authz.language.principal import Principal, parse_principal
from authz.language.report import Refusal
from authz.language.resource import Resource, parse_resource

Context = Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Request:
    """A question that was understood. Not frozen only because frozen classes cost four times as much to make."""

    principal: Principal
    action: Action
    resource: Resource
    context: Context


def parse_request(principal: str, action: str, resource: str, context: Context) -> Request:
    """Understand a question given as texts.

    Raises:
        InvalidRequestError: naming the field that is malformed.
    """
    for key in context:
        if not key or key.isspace():
            raise InvalidRequestError("context", "a condition key is empty")
    field = "principal"
    try:
        who = _principal(principal)
        field = "action"
        what = _action(action)
        field = "resource"
        return Request(who, what, parse_resource(resource), context)
    except Refusal as refusal:
        raise InvalidRequestError(field, refusal.message) from None


# Callers and actions repeat from call to call; resources do so much less.
_principal = lru_cache(maxsize=4096)(parse_principal)
_action = lru_cache(maxsize=4096)(parse_action)
