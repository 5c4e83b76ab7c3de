"""The quotas of an account, as CAM sets them by default (598/10609; cam-language 1.5)."""

from dataclasses import dataclass

DAY = 86_400.0
"""Seconds over which `users_a_day` counts."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most of each that one root account may have; None means no limit.

    CAM does not publish `policies_in_a_call` and `tags`. `users_a_day` is 10 in CAM for accounts whose owner's identity
    is not verified; it is off by default.
    """

    policies: int = 1500
    versions_of_a_policy: int = 5
    attachments_of_a_holder: int = 200
    users: int = 1000
    groups: int = 300
    roles: int = 1000
    groups_of_a_user: int = 10
    users_of_a_group: int = 100
    keys_of_a_user: int = 2
    policies_in_a_call: int = 100
    tags: int = 50
    users_a_day: int | None = None


DEFAULT_QUOTAS = Quotas()
