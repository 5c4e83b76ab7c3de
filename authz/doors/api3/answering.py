"""Answers one request of the API: authenticates its caller, carries out its action, and renders the answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from authz.control.plane import ControlPlane
from authz.doors.api3.actions.table import find_action
from authz.doors.api3.authentication import Authenticator
from authz.doors.api3.claims import read_claim
from authz.doors.api3.envelope import failure, success
from authz.doors.api3.errors import ApiError
from authz.doors.api3.key_uses import KeyUses
from authz.doors.api3.message import Message
from authz.errors import ControlError
from authz.store.errors import StoreError
from authz.telemetry.events import get_logger

SUCCESS = "Success"
"""What stands for the code of an answer that is not a refusal, in logs and metrics."""
_UNKNOWN = ""
_READS = ("Get", "List", "Describe")
"""How the names of actions begin that change nothing, and are not logged unless they are refused."""

log = get_logger("authz.api")


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, and the revision from which on its change is in force.

    `action` is empty unless the request was authenticated and names an action that is served.
    """

    body: bytes
    revision: int
    action: str
    code: str


@dataclass(slots=True)
class _Call:
    """What became known of a request while it was answered."""

    request_id: str
    address: str
    action: str = _UNKNOWN
    caller: str = _UNKNOWN


class Api:
    """The API on a control plane; for any number of threads, none of which may serve an event loop."""

    def __init__(self, plane: ControlPlane, clock: Callable[[], float] = time.time) -> None:
        self._plane = plane
        self._clock = clock
        self.key_uses = KeyUses(plane.database)
        self._authenticator = Authenticator(plane, self.key_uses)
        self._known = 0

    def answer(self, message: Message) -> Answer:
        """The answer to a request, or its refusal; raises nothing."""
        call = _Call(str(uuid4()), message.address)
        self._plane.seen.revision = 0
        try:
            body = self._perform(message, call)
        except (ApiError, ControlError) as error:
            return self._refusal(call, error.code, str(error), self._seen())
        except StoreError as error:
            log.error("the store failed", request_id=call.request_id, reason=str(error))  # noqa: TRY400 - an event, no crash
            return self._refusal(call, "InternalError.SystemError", "the database cannot be used now; try again later")
        except Exception:
            log.exception("a request failed", request_id=call.request_id, action=call.action)
            return self._refusal(call, "InternalError", "an internal error occurred; nothing was changed by this call")
        revision = self._seen()
        if not call.action.startswith(_READS):
            log.info("done", action=call.action, principal=call.caller, request_id=call.request_id, revision=revision)
        return Answer(body, revision, call.action, SUCCESS)

    def refuse(self, code: str, message: str, address: str = "") -> Answer:
        """The refusal of a request that was not read as a whole."""
        return self._refusal(_Call(str(uuid4()), address), code, message, self._known)

    def revision(self) -> int:
        """The revision of the last change; while the database cannot be reached, the last one that is known."""
        try:
            self._known = max(self._known, self._plane.revision())
        except StoreError as error:
            log.warning("the revision cannot be read", reason=str(error))
        return self._known

    def _seen(self) -> int:
        """The revision that the use case of this call read or made; the last one, if no use case was begun."""
        seen = self._plane.seen.revision
        if not seen:
            return self.revision()
        self._known = max(self._known, seen)
        return seen

    def _perform(self, message: Message, call: _Call) -> bytes:
        now = self._clock()
        message.refuse_repeated()
        claim = read_claim(message, now)
        caller = self._authenticator.authenticate(claim, now, call.request_id, message.address)
        call.caller = caller.text
        action = find_action(claim.service, claim.version, claim.action)
        call.action = action.name
        return success(action.perform(self._plane, caller, claim.parameters()), call.request_id)

    def _refusal(self, call: _Call, code: str, message: str, revision: int | None = None) -> Answer:
        log.info(
            "refused",
            action=call.action,
            principal=call.caller,
            code=code,
            request_id=call.request_id,
            address=call.address,
        )
        known = self.revision() if revision is None else revision
        return Answer(failure(code, message, call.request_id), known, call.action, code)
