"""The parsed policy document: immutable, normalised, nothing left to interpret."""

from dataclasses import dataclass
from enum import Enum

from authz.language.action import Action, ActionPattern
from authz.language.condition import Condition
from authz.language.principal import TrustedPrincipals
from authz.language.resource import ResourcePattern


class Effect(Enum):
    """What a matching statement does."""

    ALLOW = "allow"
    DENY = "deny"


class PolicyKind(Enum):
    """What a document is for: an identity policy names no principal, a trust policy no resource."""

    IDENTITY = "identity policy"
    TRUST = "trust policy"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; string-or-list is settled, `index` counts from 0.

    An empty `conditions` always holds. `principals` is None except in trust policies.
    """

    index: int
    effect: Effect
    actions: tuple[ActionPattern, ...]
    resources: tuple[ResourcePattern, ...]
    conditions: tuple[Condition, ...] = ()
    principals: TrustedPrincipals | None = None

    def covers_action(self, action: Action) -> bool:
        """Whether it speaks of `action`."""
        for pattern in self.actions:  # noqa: SIM110 - a generator costs more than the matching
            if pattern.matches(action):
                return True
        return False


@dataclass(frozen=True, slots=True, weakref_slot=True)
class PolicyDocument:
    """A CAM policy, version 2.0."""

    statements: tuple[Statement, ...]
