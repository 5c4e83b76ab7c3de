"""The resources that a bound statement covers: their account, and the patterns that they match."""

from dataclasses import dataclass, replace
from itertools import product

from authz.language.resource import NO_RESOURCE, AccountKind, AccountSegment, Resource
from authz.pattern import Pattern

_OWN = AccountSegment(AccountKind.OWN)
_OTHER_ACCOUNT = AccountSegment(AccountKind.UIN, "0")  # no account has this uin
_UIN, _UID = AccountKind.UIN, AccountKind.UID  # reading a member of an Enum costs more than reading a global


@dataclass(frozen=True, slots=True)
class Owner:
    """The account of the bound policies, by the numbers that name it."""

    uin: str
    app_id: str

    def owns(self, account: AccountSegment) -> bool:
        """Whether `account` means this account; an unknown APPID counts as another account's."""
        if account.kind is _UIN:
            return account.number == self.uin
        if account.kind is _UID:
            return bool(self.app_id) and account.number == self.app_id
        return True

    def may_own(self, account: AccountSegment) -> bool:
        """Whether `account` may be this account, because the APPID of this account is not known."""
        return account.kind is AccountKind.UID and not self.app_id


@dataclass(frozen=True, slots=True)
class Scope:
    """A bound resource pattern; its account is OWN, ANY, or the uin of another account whose role it names."""

    is_any: bool
    account: AccountSegment
    service: Pattern
    region: Pattern
    tail: Pattern

    def covers_place(self, resource: Resource) -> bool:
        """Whether service and region match; an empty region of a request matches only an empty one or `*`."""
        return self.service.matches(resource.service) and self.region.matches(resource.region)

    def covers_account(self, other: AccountSegment | None) -> bool:
        """Whether the scope may cover resources of the policies' account, or of an `other` account."""
        if other is None:
            return not self.is_foreign
        return self.account.kind is AccountKind.ANY or self.account == other

    def matches(self, resource: Resource, owner: Owner) -> bool:
        """Whether the scope covers `resource`, for policies of `owner`; the resource may belong to another account.

        Only a bare `*` covers a request without a resource (cam-language 6).
        """
        if self.is_any or resource.is_any:
            return self.is_any
        is_named = self.tail.matches(resource.tail) and self.covers_place(resource)
        return is_named and self.covers_account(None if owner.owns(resource.account) else resource.account)

    def covers(self, other: "Scope") -> bool:
        """Whether the scope covers every resource that `other` covers, for policies of one account."""
        return other.witness(self) is None

    def overlaps(self, other: "Scope") -> bool:
        """Whether both scopes cover some resource."""
        if self.is_any or other.is_any:
            return True
        accounts = {each.account for each in (self, other) if each.account.kind is not AccountKind.ANY}
        return len(accounts) < 2 and all(one.overlaps(two) for one, two in self._pairs(other))

    def witness(self, other: "Scope") -> Resource | None:
        """A resource that this scope covers and `other` does not; None if `other` covers this scope."""
        if other.is_any:
            return None
        is_any_account = self.account.kind is AccountKind.ANY
        account = _OWN if is_any_account else self.account
        texts = [self.service.example(), self.region.example(), self.tail.example()]
        for at, (one, two) in enumerate(self._pairs(other)):
            text = one.witness(two)
            if text is not None:
                texts[at] = text
                return _resource(account, *texts)
        if other.account.kind is not AccountKind.ANY and other.account != self.account:
            is_beside_own = is_any_account and other.account == _OWN
            return _resource(_OTHER_ACCOUNT if is_beside_own else account, *texts)
        return NO_RESOURCE if self.is_any else None

    def intersection(self, other: "Scope") -> "tuple[Scope, ...] | None":
        """The scopes that together cover what both cover; None if they are not computed (see Pattern)."""
        if other.covers(self):
            return (self,)
        if self.covers(other):
            return (other,)
        if not self.overlaps(other):
            return ()
        parts: list[tuple[Pattern, ...]] = []
        for one, two in self._pairs(other):
            part = one.intersection(two)
            if part is None:
                return None
            parts.append(part)
        account = other.account if self.account.kind is AccountKind.ANY else self.account
        return tuple(Scope(False, account, *each) for each in product(*parts))

    @property
    def is_foreign(self) -> bool:
        """Whether the scope names another account."""
        return self.account.kind is AccountKind.UIN

    @property
    def own_part(self) -> "Scope | None":
        """The scope restricted to resources of the policies' account; None if it names another account."""
        if self.is_any or self.account.kind is AccountKind.OWN:
            return self
        return None if self.is_foreign else replace(self, account=_OWN)

    def _pairs(self, other: "Scope") -> tuple[tuple[Pattern, Pattern], ...]:
        return (self.service, other.service), (self.region, other.region), (self.tail, other.tail)


def _resource(account: AccountSegment, service: str, region: str, tail: str) -> Resource:
    number = f"{account.kind.value}/{account.number}" if account.number else ""
    return Resource(service, region, account, tail, f"qcs::{service}:{region}:{number}:{tail}")
