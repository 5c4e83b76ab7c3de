"""Principals: the caller of a request, and the principals that a trust policy names.

CAM resource description, 598/10606: `qcs::cam::uin/ROOT:uin/SUB`, `…:root`, `…:roleName/NAME`.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

from authz.language.report import Refusal

_PRINCIPAL = re.compile(r"qcs::cam::uin/([1-9][0-9]*):(?:uin/([1-9][0-9]*)|(root)|roleName/([^\s:/]+))")
_TRUSTED = re.compile(r"\*|qcs::cam::\S+:\S+")


class PrincipalKind(Enum):
    """The kind of a principal."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: the root account that it belongs to, and the uin of the user or the name of the role.

    `key` is unique among the principals of the account.
    """

    kind: PrincipalKind = field(hash=False)  # hashing a member of an Enum is the most expensive part
    account: str
    name: str
    key: str = field(init=False, compare=False, repr=False)  # a string, since hashing an object costs ten times as much

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.kind.value}/{self.name}")


@dataclass(frozen=True, slots=True)
class TrustedPrincipals:
    """The principals that a statement of a trust policy names, as written."""

    qcs: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()


def parse_principal(text: str) -> Principal:
    """Parse the principal of a request.

    Raises:
        Refusal: InvalidParameter.PrincipalQcsError.
    """
    match = _PRINCIPAL.fullmatch(text)
    if match is None:
        raise Refusal(
            "InvalidParameter.PrincipalQcsError",
            f"`{text}` is not `qcs::cam::uin/ROOT:uin/SUB`, `qcs::cam::uin/ROOT:root` "
            "or `qcs::cam::uin/ROOT:roleName/NAME`",
        )
    account, user, root, role = match.groups()
    if root or user == account:
        return Principal(PrincipalKind.ROOT, account, account)
    if role:
        return Principal(PrincipalKind.ROLE, account, role)
    return Principal(PrincipalKind.USER, account, user)


def check_trusted(text: str) -> str:
    """Check that a trust policy may name `text` under `qcs`, and return it.

    Raises:
        Refusal: InvalidParameter.PrincipalQcsError.
    """
    if not _TRUSTED.fullmatch(text):
        raise Refusal("InvalidParameter.PrincipalQcsError", f"`{text}` is not `*` or `qcs::cam::uin/ROOT:…`")
    return text
