"""Preset policies; those for reading are derived from the access levels in the catalog.

Names are spelt as by Tencent Cloud and compared without regard to case (1047/38087, 382/38455).
"""

from collections.abc import Mapping, Sequence
from functools import cache

from authz.accounts.model import Policy
from authz.catalog.catalog import Access, load_catalog
from authz.language.action import parse_action_pattern
from authz.language.document import Effect, PolicyDocument, Statement
from authz.language.resource import ANY_PATTERN

_READS = frozenset({Access.READ, Access.LIST})


def find_preset(name: str) -> Policy | None:
    """The preset of that name, or None."""
    return presets().get(name.casefold())


@cache
def presets() -> Mapping[str, Policy]:
    """All presets by their case-folded name."""
    policies = (
        _allow("AdministratorAccess", ["*"]),
        _allow("ReadOnlyAccess", _reads()),
        _allow("QcloudAVCFullAccess", ["name/avc:*", "name/im:*"]),
        _allow("QcloudIMReadOnlyAccess", _reads("im")),
        _allow("QcloudSMSFullAccess", ["name/sms:*"]),
        _allow("QcloudSMSReadonlyAccess", _reads("sms")),
        _allow("QcloudCamFullAccess", ["name/cam:*"]),
        _allow("QcloudCamReadOnlyAccess", _reads("cam")),
    )
    return {policy.name.casefold(): policy for policy in policies}


def _reads(*services: str) -> Sequence[str]:
    return [f"name/{action}" for action in load_catalog().actions(*services) if action.access in _READS]


def _allow(name: str, actions: Sequence[str]) -> Policy:
    patterns = tuple(parse_action_pattern(action) for action in actions)
    statement = Statement(0, Effect.ALLOW, patterns, (ANY_PATTERN,))
    return Policy(name, PolicyDocument((statement,)), is_preset=True)
