"""The mapping that a backend declares: what each of its APIs needs, in CAM's words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from authz.enforcement.call import IncomingCall
from authz.enforcement.sources import ContextSource, Text

ResourceSource = str | Callable[[IncomingCall], str | Sequence[str]]
"""A template, or a callable that names the resources itself; values of the request belong through `plain` there."""


class Public(Enum):
    """The mark of an API that everybody may call."""

    PUBLIC = "public"


PUBLIC = Public.PUBLIC


@dataclass(frozen=True, slots=True)
class Permission:
    """The action that an API is, and the resources it is performed on: all of them must be allowed.

    `resource` is `*` for an operation-level API. `context` are condition keys of this API alone, beside those of all.
    """

    action: str
    resource: ResourceSource = "*"
    context: Mapping[str, ContextSource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """An API that lists: its answer keeps the items that single checks of the action would allow.

    `items` is the repeated message field of the answer, `resource` the template of one item's resource, with fields of
    the item; `count` an integer field of the answer that is set to how many items are left. `item_context` are
    condition keys by item, such as its resource tags. Nothing to see is an empty list, no denial.
    """

    action: str
    resource: str
    items: str
    count: str = ""
    context: Mapping[str, ContextSource] = field(default_factory=dict)
    item_context: Mapping[str, Callable[[Any], Text]] = field(default_factory=dict)


Need = Permission | Sequence[Permission] | Listing | Public
"""What one API needs; of several permissions all."""


@dataclass(frozen=True, slots=True)
class ServiceMapping:
    """What the methods of one gRPC service need, by their names."""

    service: ServiceDescriptor
    methods: Mapping[str, Need]

    @classmethod
    def public(cls, service: ServiceDescriptor) -> "ServiceMapping":
        """A service that everybody may call, such as health checking."""
        return cls(service, {method.name: PUBLIC for method in service.methods})
