"""The frame of every use case: one transaction, in which the caller is authorized before anything is written."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from authz.control.authorization import Authorizer
from authz.control.caller import Caller
from authz.control.errors import ControlError, param_error
from authz.control.quotas import Quotas
from authz.store.database import Database
from authz.store.errors import ConflictError, UnusableValueError
from authz.store.session import Reader, Writer

S_co = TypeVar("S_co", bound=Reader, covariant=True)


@dataclass(slots=True)
class UseCase(Generic[S_co]):
    """One use case in progress: its caller, its transaction, and the time at which it began."""

    caller: Caller
    action: str
    store: S_co
    now: float
    quotas: Quotas
    _authorizer: Authorizer
    _is_authorized: bool = field(default=False, init=False)

    @property
    def account(self) -> str:
        """The uin of the account that is read or changed: the caller's."""
        return self.caller.account

    def authorize(self, tail: str = "*", action: str = "") -> None:
        """Admit the caller to a resource of its account, such as `policyid/1000001`, or to all (`*`).

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation.
            AssertionError: after a write: rights that are not committed must not be compiled and kept.
        """
        self._refuse_written()
        resource = tail if tail == "*" else f"qcs::cam::uin/{self.account}:{tail}"
        self._authorizer.authorize(self.caller, self.store, action or self.action, resource, self.now)
        self._is_authorized = True

    def refuse_denied(self, tail: str, action: str = "") -> None:
        """Refuse the caller if its policies deny the action on a resource that comes along, such as the policy.

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation.
        """
        self._refuse_written()
        resource = f"qcs::cam::uin/{self.account}:{tail}"
        self._authorizer.refuse_denied(self.caller, self.store, action or self.action, resource, self.now)

    def authorize_assumption(self, owner: str, role: str, context: Mapping[str, str]) -> None:
        """Admit the caller to a role of the account `owner`, in the context of the request.

        Raises:
            ControlError: AuthFailure.UnauthorizedOperation.
        """
        self._authorizer.authorize_assumption(self.caller, self.store, owner, role, context, self.now)
        self._is_authorized = True

    def admit_everyone(self) -> None:
        """Note that the use case asks for no right: it answers what callers know of themselves."""
        self._is_authorized = True

    def _refuse_written(self) -> None:
        if isinstance(self.store, Writer) and self.store.written:
            message = f"use case {self.action} wrote before it authorized its caller"
            raise AssertionError(message)

    def finish(self) -> None:
        """End the use case; one that forgot to authorize its caller is undone.

        Raises:
            AssertionError: if it never authorized the caller.
        """
        if not self._is_authorized:
            message = f"use case {self.action} ended without authorizing its caller"
            raise AssertionError(message)


Reading = UseCase[Reader]
Writing = UseCase[Writer]


class SeenRevision(threading.local):
    """The revision that the last use case of each thread read, or made; 0 if there was none."""

    def __init__(self) -> None:
        self.revision = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What the families of use cases share: the database, the quotas and the clock."""

    database: Database
    quotas: Quotas
    clock: Callable[[], float]
    authorizer: Authorizer
    seen: SeenRevision = field(default_factory=SeenRevision)

    @contextmanager
    def reading(self, caller: Caller, action: str) -> Iterator[Reading]:
        """A use case that changes nothing, on one snapshot.

        Raises:
            ControlError: ParamError, if it was given a value that no database can hold.
        """
        try:
            with self.database.read() as reader:
                self.seen.revision = reader.revision
                use = UseCase(caller, action, reader, self.clock(), self.quotas, self.authorizer)
                yield use
                use.finish()
        except UnusableValueError as error:
            raise param_error(str(error)) from None

    @contextmanager
    def writing(self, caller: Caller, action: str) -> Iterator[Writing]:
        """A use case that changes the caller's account; an exception undoes all of it.

        Raises:
            ControlError: ParamError, if it was given a value that no database can hold; FailedOperation, if the
                database refuses what the use case did not foresee.
        """
        try:
            with self.database.write(caller.author(action)) as writer:
                self.seen.revision = writer.revision
                use = UseCase(caller, action, writer, self.clock(), self.quotas, self.authorizer)
                yield use
                use.finish()
            self.seen.revision = writer.revision
        except UnusableValueError as error:
            raise param_error(str(error)) from None
        except ConflictError as error:
            raise ControlError("FailedOperation", str(error)) from error
