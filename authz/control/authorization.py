"""Authorizes callers by their own CAM policies, as the engine decides them (598/10605).

The policies come from the same transaction that the use case reads or writes, so a caller whose rights were withdrawn
at an earlier revision never acts on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache

from authz.control.caller import Caller
from authz.control.errors import UNAUTHORIZED, ControlError
from authz.control.grants import read_account
from authz.engine.decision import Decision, Reason
from authz.engine.denial import denial_message
from authz.engine.evaluate import decide
from authz.engine.request import Request, parse_request
from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.errors import InvalidRequestError
from authz.language.condition import SOURCE_IP
from authz.language.operators import check_address
from authz.language.principal import PrincipalKind
from authz.store.session import Reader

KEPT_CALLERS = 1024
"""How many callers' compiled policies are kept."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The compiled policies of a caller: at which revision of its account, and the last revision at which they held."""

    account_revision: int
    checked_at: int
    state: AccountState


class Authorizer:
    """Decides whether callers may carry out actions; for any number of threads.

    Compiled policies are kept by account and principal, and used again only while the account's revision is the same.
    While the revision of the whole database is the same, the account's need not be read.
    """

    def __init__(self, kept: int = KEPT_CALLERS) -> None:
        self._kept: LRUCache[tuple[str, str], _Compiled] = LRUCache(kept)
        self._lock = Lock()

    def authorize(self, caller: Caller, reader: Reader, action: str, resource: str, now: float) -> None:
        """Admit the caller. `action` is CAM's, such as `CreatePolicy`; `resource` is `*` or a six-segment name.

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation, with CAM's message.
        """
        request = _request(caller, f"cam:{action}", resource, now)
        decision, message = self._decide(caller, reader, request)
        if not decision.allowed:
            raise ControlError(UNAUTHORIZED, message)

    def refuse_denied(self, caller: Caller, reader: Reader, action: str, resource: str, now: float) -> None:
        """Refuse the caller if one of its statements denies the action on a resource beside the authorized one.

        So `deny cam:AttachUserPolicy` on a policy keeps callers from attaching that policy to any holder.

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation.
        """
        request = _request(caller, f"cam:{action}", resource, now)
        decision, message = self._decide(caller, reader, request)
        if decision.reason is Reason.EXPLICIT_DENY:
            raise ControlError(UNAUTHORIZED, message)

    def authorize_assumption(
        self, caller: Caller, reader: Reader, owner: str, role: str, context: Mapping[str, str], now: float
    ) -> None:
        """Admit the caller to a role of the account `owner`, by the role's trust policy and the caller's policies.

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation.
        """
        resource = f"qcs::cam::uin/{owner}:roleName/{role}"
        request = _request(caller, "sts:AssumeRole", resource, now, context)
        own = read_account(reader, caller.account, caller.principal, role if owner == caller.account else None)
        states = {caller.account: AccountState(own)}
        if owner != caller.account:
            states[owner] = AccountState(read_account(reader, owner, None, role))
        decision, message = _decided(Snapshot(reader.revision, ShardedMap(states), Lease()), request)
        if not decision.allowed:
            raise ControlError(UNAUTHORIZED, message)

    def _decide(self, caller: Caller, reader: Reader, request: Request) -> tuple[Decision, str]:
        state = self._state(caller, reader)
        return _decided(Snapshot(reader.revision, ShardedMap({caller.account: state}), Lease()), request)

    def _state(self, caller: Caller, reader: Reader) -> AccountState:
        key = (caller.account, caller.principal.key)
        with self._lock:
            known = self._kept.get(key)
        if known is not None and known.checked_at == reader.revision:
            return known.state
        record = reader.accounts.get(caller.account)
        revision = -1 if record is None else record.revision
        if known is None or known.account_revision != revision:
            state = AccountState(read_account(reader, caller.account, caller.principal))
        else:
            state = known.state
        with self._lock:
            self._kept[key] = _Compiled(revision, reader.revision, state)
        return state


def _decided(snapshot: Snapshot, request: Request) -> tuple[Decision, str]:
    plan = snapshot.resolve(request.principal, request.action)
    decision = decide(snapshot, plan, request)
    return decision, "" if decision.allowed else denial_message(plan, request, decision)


def _request(
    caller: Caller, action: str, resource: str, now: float, context: Mapping[str, str] | None = None
) -> Request:
    values = dict(context or {})
    if _is_address(caller.address):
        values[SOURCE_IP] = caller.address
    try:
        request = parse_request(_principal(caller), action, resource, values, now)
    except InvalidRequestError as error:
        raise ControlError("InvalidParameter.ParamError", str(error)) from None
    request.principal = caller.principal
    return request


def _principal(caller: Caller) -> str:
    name = caller.principal.name
    tail = f"roleName/{name}" if caller.principal.kind is PrincipalKind.ROLE else f"uin/{name}"
    return f"qcs::cam::uin/{caller.account}:{tail}"


def _is_address(text: str) -> bool:
    try:
        check_address(text)
    except ValueError:
        return False
    return True
