"""The mapping that a backend declares: the CAM permissions that each of its APIs requires."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from authz.enforcement.call import IncomingCall
from authz.enforcement.sources import ContextSource, Text

ResourceSource = str | Callable[[IncomingCall], str | Sequence[str]]
"""A template, or a callable that returns the resources and must pass values of the request through `plain`."""


class Public(Enum):
    """Marks an API that needs no permission."""

    PUBLIC = "public"


PUBLIC = Public.PUBLIC


@dataclass(frozen=True, slots=True)
class Permission:
    """The action of an API and its resources; all of them must be allowed.

    `resource` is `*` for an operation-level API. `context` are the condition keys of this API only.
    """

    action: str
    resource: ResourceSource = "*"
    context: Mapping[str, ContextSource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """An API that lists: its response keeps the items that single checks of the action would allow.

    `items` is the repeated message field of the response, and `resource` the template of an item's resource, with
    fields of the item. `count` is an integer field of the response that is set to the number of items kept.
    `item_context` are condition keys of each item, such as its resource tags. If no item is allowed, the list is empty.
    """

    action: str
    resource: str
    items: str
    count: str = ""
    context: Mapping[str, ContextSource] = field(default_factory=dict)
    item_context: Mapping[str, Callable[[Any], Text]] = field(default_factory=dict)


Requirement = Permission | Sequence[Permission] | Listing | Public
"""What one API requires; of several permissions, all are required."""


@dataclass(frozen=True, slots=True)
class ServiceMapping:
    """The requirements of the methods of one gRPC service, by method name."""

    service: ServiceDescriptor
    methods: Mapping[str, Requirement]

    @classmethod
    def public(cls, service: ServiceDescriptor) -> "ServiceMapping":
        """A service that needs no permission, such as health checking."""
        return cls(service, {method.name: PUBLIC for method in service.methods})
