"""The caller of a use case: a principal that a door has authenticated, and the request that it made."""

from dataclasses import dataclass

from authz.control.errors import ControlError
from authz.language.principal import Principal, PrincipalKind
from authz.store.author import Author, Channel


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal. Its account is the one that it may see and change, and no other.

    `session` is the name of a role session, `role_id` its role. `address` is the network address of the request.
    """

    principal: Principal
    channel: Channel
    session: str = ""
    role_id: str = ""
    request_id: str = ""
    address: str = ""

    @classmethod
    def root(cls, account: str, channel: Channel, request_id: str = "", address: str = "") -> "Caller":
        """The root account itself; the operator of the machine acts as it by the command line."""
        principal = Principal(PrincipalKind.ROOT, account, account)
        return cls(principal, channel, request_id=request_id, address=address)

    @classmethod
    def user(cls, account: str, uin: str, channel: Channel, request_id: str = "", address: str = "") -> "Caller":
        """A sub-account, or the root account if `uin` is its uin."""
        if uin == account:
            return cls.root(account, channel, request_id, address)
        principal = Principal(PrincipalKind.USER, account, uin)
        return cls(principal, channel, request_id=request_id, address=address)

    @classmethod
    def role_session(
        cls,
        account: str,
        role: str,
        role_id: str,
        session: str,
        channel: Channel,
        request_id: str = "",
        address: str = "",
    ) -> "Caller":
        """A session of a role, by the name and the id of the role."""
        principal = Principal(PrincipalKind.ROLE, account, role)
        return cls(principal, channel, session, role_id, request_id, address)

    @property
    def account(self) -> str:
        """The uin of the root account."""
        return self.principal.account

    @property
    def is_root(self) -> bool:
        """Whether it is the root account."""
        return self.principal.kind is PrincipalKind.ROOT

    @property
    def is_role(self) -> bool:
        """Whether it is the session of a role."""
        return self.principal.kind is PrincipalKind.ROLE

    @property
    def identity(self) -> str:
        """`uin/` and its uin, or `role/` and the id of its role."""
        return f"role/{self.role_id}" if self.is_role else f"uin/{self.principal.name}"

    @property
    def uin(self) -> str:
        """Its uin.

        Raises:
            ControlError: for the session of a role, which has no uin.
        """
        if self.is_role:
            raise ControlError("InvalidParameter.ParamError", "the session of a role has no uin; give `TargetUin`")
        return self.principal.name

    @property
    def text(self) -> str:
        """The principal as a resource description, with the session of a role: what the change log shows."""
        start = f"qcs::cam::uin/{self.account}"
        if self.is_role:
            return f"{start}:roleName/{self.principal.name}/{self.session}"
        return f"{start}:root" if self.is_root else f"{start}:uin/{self.principal.name}"

    def author(self, action: str) -> Author:
        """The author of a transaction that carries out `action`, such as `CreatePolicy`."""
        return Author(self.account, self.text, self.channel, action, self.request_id, self.address)
