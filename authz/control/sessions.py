"""Sessions of roles (sts AssumeRole): their keys, and the sealed token from which a door reads them again.

The token holds everything, so that nothing is stored. It is sealed with the master key and bound to the id of its key.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field

from authz.control.caller import Caller
from authz.control.errors import ControlError, param_error
from authz.control.names import check_session_name
from authz.control.results import SessionCredentials
from authz.control.roles import DEFAULT_SESSION, LONGEST_SESSION
from authz.control.secrets import new_secret_key, new_session_secret_id
from authz.control.use_case import Desk
from authz.language.principal import PrincipalKind, parse_principal
from authz.language.report import Refusal
from authz.store.author import Channel
from authz.store.errors import MasterKeyError
from authz.store.records import RoleRecord
from authz.store.session import Reader

MOST_TOKEN_CHARACTERS = 4096
"""Longer tokens are refused unread."""

_EXTERNAL_ID = "sts:external_id"
_LONGEST_EXTERNAL_ID = 128


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session that a token proves. `expires_at` is in seconds since the epoch."""

    account: str
    role_id: str
    role_name: str
    session_name: str
    expires_at: float
    secret_key: str = field(repr=False)

    def caller(self, channel: Channel, request_id: str = "", address: str = "") -> Caller:
        """The caller that signed a request with the session's key."""
        return Caller.role_session(
            self.account, self.role_name, self.role_id, self.session_name, channel, request_id, address
        )


class SessionUseCases:
    """Begins sessions of roles, and recognizes them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def assume_role(
        self,
        caller: Caller,
        *,
        role_arn: str,
        role_session_name: str,
        duration_seconds: int | None = None,
        policy: str = "",
        external_id: str = "",
    ) -> SessionCredentials:
        """Begin a session of a role, if its trust policy and the caller's own policies admit the caller.

        The role may belong to another account of this database. `duration_seconds` is 7200 unless given, and at most
        what the role allows.

        Raises:
            ControlError: InvalidParameter.ParamError, ResourceNotFound.RoleNotFound,
                AuthFailure.UnauthorizedOperation, UnsupportedOperation for a session `policy`, which would be ignored.
        """
        with self._desk.reading(caller, "AssumeRole") as use:
            account, name = _role_of_arn(use.store, role_arn)
            role = use.store.roles.find_by_name(account, name)
            context = {_EXTERNAL_ID: external_id} if external_id else {}
            known = name if role is None else role.name
            use.authorize_assumption(account, known, context)
            if role is None:
                raise ControlError("ResourceNotFound.RoleNotFound", f"role `{role_arn}` does not exist")
            check_session_name(role_session_name)
            if len(external_id) > _LONGEST_EXTERNAL_ID:
                raise param_error(f"`ExternalId` must have at most {_LONGEST_EXTERNAL_ID} characters")
            if policy:
                raise ControlError("UnsupportedOperation", "session policies are not supported; leave out `Policy`")
            seconds = _seconds(role, duration_seconds)
            return self._begin(role, role_session_name, use.now + seconds)

    def session(self, tmp_secret_id: str, token: str) -> RoleSession | None:
        """The session that a token proves; None for a token that is malformed, forged or expired.

        None also if the role is gone: a session ends with its role. The door checks the signature with `secret_key`.
        """
        if len(token) > MOST_TOKEN_CHARACTERS:
            return None
        try:
            sealed = base64.b64decode(token, altchars=b"-_", validate=True)
            values = json.loads(self._desk.database.unseal(sealed, _purpose(tmp_secret_id)))
        except (binascii.Error, ValueError, MasterKeyError):
            return None
        try:
            session = RoleSession(**values)
        except TypeError:  # a token of another version of this program
            return None
        if session.expires_at <= self._desk.clock():
            return None
        with self._desk.database.read() as reader:
            role = reader.roles.get(session.account, session.role_id)
        return session if role is not None and role.name == session.role_name else None

    def _begin(self, role: RoleRecord, session_name: str, expires_at: float) -> SessionCredentials:
        secret_id, secret_key = new_session_secret_id(), new_secret_key()
        values = {
            "account": role.account,
            "role_id": role.id,
            "role_name": role.name,
            "session_name": session_name,
            "expires_at": float(int(expires_at)),
            "secret_key": secret_key,
        }
        sealed = self._desk.database.seal(json.dumps(values), _purpose(secret_id))
        token = base64.b64encode(sealed, altchars=b"-_").decode()
        return SessionCredentials(secret_id, secret_key, token, float(int(expires_at)))


def _purpose(secret_id: str) -> str:
    return f"role session {secret_id}"


def _seconds(role: RoleRecord, wanted: int | None) -> int:
    longest = min(role.session_duration or DEFAULT_SESSION, LONGEST_SESSION)
    if wanted is None:
        return min(DEFAULT_SESSION, longest)
    if not 1 <= wanted <= longest:
        raise param_error(f"`DurationSeconds` must be 1 to {longest} for role `{role.name}`, not {wanted}")
    return wanted


def _role_of_arn(reader: Reader, role_arn: str) -> tuple[str, str]:
    """The account and the name of a role: `qcs::cam::uin/ROOT:roleName/NAME` or `…:role/ID`."""
    start, _, last = role_arn.rpartition(":")
    kind, _, name = last.partition("/")
    try:
        principal = parse_principal(f"{start}:roleName/{name}")
    except Refusal:
        principal = None
    if principal is None or principal.kind is not PrincipalKind.ROLE or kind not in ("roleName", "role"):
        raise param_error(f"`RoleArn` must be `qcs::cam::uin/ROOT:roleName/NAME`, not `{role_arn}`")
    if kind == "role":
        role = reader.roles.get(principal.account, name)
        return principal.account, name if role is None else role.name
    return principal.account, principal.name
