"""What a statement covers once it is bound: whose resources these are, and the patterns that they must match."""

from dataclasses import dataclass, replace
from itertools import product

from authz.language.resource import NO_RESOURCE, AccountKind, AccountSegment, Resource
from authz.pattern import Pattern

_OWN = AccountSegment(AccountKind.OWN)
_SOMEBODY_ELSE = AccountSegment(AccountKind.UIN, "0")  # no account has this uin
_UIN, _UID = AccountKind.UIN, AccountKind.UID  # reading a member of an Enum costs more than reading a global


@dataclass(frozen=True, slots=True)
class Owner:
    """The account whose policies are bound: how its own resources may name it."""

    uin: str
    app_id: str

    def owns(self, account: AccountSegment) -> bool:
        """Whether `account` means this account; an APPID that is not known is somebody else's."""
        if account.kind is _UIN:
            return account.number == self.uin
        if account.kind is _UID:
            return bool(self.app_id) and account.number == self.app_id
        return True

    def may_own(self, account: AccountSegment) -> bool:
        """Whether `account` could be this account for all we know: its APPID is not known."""
        return account.kind is AccountKind.UID and not self.app_id


@dataclass(frozen=True, slots=True)
class Scope:
    """One resource pattern after binding. Its account is OWN, ANY, or by uin another one, whose role it names."""

    is_any: bool
    account: AccountSegment
    service: Pattern
    region: Pattern
    tail: Pattern

    def covers_place(self, resource: Resource) -> bool:
        """Whether service and region fit; an empty region of a request fits only an empty one or `*`."""
        return self.service.matches(resource.service) and self.region.matches(resource.region)

    def covers_account(self, other: AccountSegment | None) -> bool:
        """Whether it speaks of resources of the own account, or of those of an `other` one."""
        if other is None:
            return not self.is_foreign
        return self.account.kind is AccountKind.ANY or self.account == other

    def matches(self, resource: Resource, owner: Owner) -> bool:
        """Whether `resource` is inside, for policies of `owner`; the resource may be its own or another account's.

        Only a bare `*` covers a request without resource (cam-language 6).
        """
        if self.is_any or resource.is_any:
            return self.is_any
        is_named = self.tail.matches(resource.tail) and self.covers_place(resource)
        return is_named and self.covers_account(None if owner.owns(resource.account) else resource.account)

    def covers(self, other: "Scope") -> bool:
        """Whether every resource inside `other` is inside, both being of policies of one owner."""
        return other.witness(self) is None

    def overlaps(self, other: "Scope") -> bool:
        """Whether some resource is inside both."""
        if self.is_any or other.is_any:
            return True
        accounts = {each.account for each in (self, other) if each.account.kind is not AccountKind.ANY}
        return len(accounts) < 2 and all(one.overlaps(two) for one, two in self._pairs(other))

    def witness(self, other: "Scope") -> Resource | None:
        """A resource inside this one and not inside `other`; None where `other` covers it."""
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
            return _resource(_SOMEBODY_ELSE if is_beside_own else account, *texts)
        return NO_RESOURCE if self.is_any else None

    def intersection(self, other: "Scope") -> "tuple[Scope, ...] | None":
        """The scopes that together cover what is inside both; None where that is not told (see Pattern)."""
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
        """Whether it names another account."""
        return self.account.kind is AccountKind.UIN

    @property
    def own_part(self) -> "Scope | None":
        """What it covers of the resources of the own account; None where it names another one."""
        if self.is_any or self.account.kind is AccountKind.OWN:
            return self
        return None if self.is_foreign else replace(self, account=_OWN)

    def _pairs(self, other: "Scope") -> tuple[tuple[Pattern, Pattern], ...]:
        return (self.service, other.service), (self.region, other.region), (self.tail, other.tail)


def _resource(account: AccountSegment, service: str, region: str, tail: str) -> Resource:
    number = f"{account.kind.value}/{account.number}" if account.number else ""
    return Resource(service, region, account, tail, f"qcs::{service}:{region}:{number}:{tail}")
