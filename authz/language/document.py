"""The parsed policy document: immutable and normalized."""

from dataclasses import dataclass
from enum import Enum

from authz.language.action import Action, ActionPattern
from authz.language.condition import Condition
from authz.language.principal import TrustedPrincipals
from authz.language.resource import ResourcePattern


class Effect(Enum):
    """The effect of a matching statement."""

    ALLOW = "allow"
    DENY = "deny"


class PolicyKind(Enum):
    """The kind of a document: an identity policy has no `principal`, a trust policy has no `resource`."""

    IDENTITY = "identity policy"
    TRUST = "trust policy"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; a single string is normalized to a list, `index` counts from 0.

    Empty `conditions` always hold. `principals` is None except in trust policies.
    """

    index: int
    effect: Effect
    actions: tuple[ActionPattern, ...]
    resources: tuple[ResourcePattern, ...]
    conditions: tuple[Condition, ...] = ()
    principals: TrustedPrincipals | None = None

    def covers_action(self, action: Action) -> bool:
        """Whether one of the action patterns matches `action`."""
        for pattern in self.actions:  # noqa: SIM110 - a generator costs more than the matching
            if pattern.matches(action):
                return True
        return False


@dataclass(frozen=True, slots=True, weakref_slot=True)
class PolicyDocument:
    """A CAM policy, version 2.0."""

    statements: tuple[Statement, ...]
