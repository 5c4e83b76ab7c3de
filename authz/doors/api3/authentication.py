"""Authenticates callers: from the key that a request names, and its signature, to the principal that it is."""

import secrets

from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.control.secrets import is_session_secret_id
from authz.doors.api3.claims import Claim
from authz.doors.api3.errors import ApiError, signature_failure
from authz.doors.api3.key_uses import KeyUses
from authz.doors.api3.nonces import Nonces
from authz.store.author import Channel
from authz.store.records import KeyStatus

_PURPOSE = "the secret of a key that does not exist"
_NOT_FOUND = "the SecretId is not found: the key does not exist, or it is disabled"
_WRONG = "the provided credentials could not be validated; check that the signature is correct"


class Authenticator:
    """Finds the caller of a request; for any number of threads.

    For an unknown key the same work is done as for a known one: the same queries, a secret that is unsealed, and a
    signature that is computed.
    """

    def __init__(self, plane: ControlPlane, uses: KeyUses, nonces: Nonces | None = None) -> None:
        self._plane = plane
        self._uses = uses
        self._nonces = Nonces() if nonces is None else nonces
        self._sealed = plane.database.seal(secrets.token_urlsafe(24), _PURPOSE)

    def authenticate(self, claim: Claim, now: float, request_id: str, address: str) -> Caller:
        """The caller of a request, whose nonce is used up if it has one.

        Raises:
            ApiError: AuthFailure.SecretIdNotFound, TokenFailure or SignatureFailure.
            StoreError: if the database cannot be reached.
        """
        if claim.token:
            secret, caller = self._session(claim, request_id, address)
        else:
            secret, caller = self._key(claim, request_id, address)
        is_signed = claim.is_signed_by(secret)
        if caller is None:
            raise _unknown(claim)
        if not is_signed:
            raise signature_failure(_WRONG)
        if claim.nonce:
            self._nonces.use(claim.secret_id, claim.timestamp, claim.nonce, now)
        if not claim.token:
            self._uses.note(claim.secret_id, now)
        return caller

    def _key(self, claim: Claim, request_id: str, address: str) -> tuple[str, Caller | None]:
        """The secret of an access key and the caller that it stands for."""
        database = self._plane.database
        with database.read() as reader:
            found = reader.keys.find(claim.secret_id)
        if found is None:
            return database.unseal(self._sealed, _PURPOSE), None
        record, secret = found
        if record.status is not KeyStatus.ACTIVE:
            return secret, None
        return secret, Caller.user(record.account, record.uin, Channel.API, request_id, address)

    def _session(self, claim: Claim, request_id: str, address: str) -> tuple[str, Caller | None]:
        """The secret of a role session and the caller that it stands for."""
        session = self._plane.sts.session(claim.secret_id, claim.token)
        if session is None:
            return self._plane.database.unseal(self._sealed, _PURPOSE), None
        return session.secret_key, session.caller(Channel.API, request_id, address)


def _unknown(claim: Claim) -> ApiError:
    """The refusal of a key that does not exist, or of a session that is none."""
    if claim.token or is_session_secret_id(claim.secret_id):
        return ApiError("AuthFailure.TokenFailure", "the token is missing, invalid or expired")
    return ApiError("AuthFailure.SecretIdNotFound", _NOT_FOUND)
