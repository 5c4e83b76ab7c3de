"""The control plane: all use cases on one database."""

import time
from collections.abc import Callable

from authz.control.accounts import AccountUseCases
from authz.control.attached_lists import AttachedListUseCases
from authz.control.attachments import AttachmentUseCases
from authz.control.authorization import Authorizer
from authz.control.boundaries import BoundaryUseCases
from authz.control.groups import GroupUseCases
from authz.control.keys import KeyUseCases
from authz.control.lookup import LookupUseCases
from authz.control.onboarding import OnboardingUseCases
from authz.control.password_rules import PasswordRuleUseCases
from authz.control.policies import PolicyUseCases
from authz.control.quotas import DEFAULT_QUOTAS, Quotas
from authz.control.roles import RoleUseCases
from authz.control.service_access import ServiceAccessUseCases
from authz.control.sessions import SessionUseCases
from authz.control.sign_in import SignInUseCases
from authz.control.summary import SummaryUseCases
from authz.control.transfer import TransferUseCases
from authz.control.use_case import Desk
from authz.control.users import UserUseCases
from authz.control.versions import VersionUseCases
from authz.store.database import Database


class AttachmentFamily(AttachmentUseCases, AttachedListUseCases, ServiceAccessUseCases):
    """Everything about attachments: attaching, detaching and listing."""


class ControlPlane:
    """The use cases of one database, one family an attribute; for any number of threads.

    Each method is named as the action of the CAM API, its keywords as the fields of the request. It raises ControlError
    with CAM's code if it refuses, and then nothing is changed.
    """

    def __init__(
        self, database: Database, quotas: Quotas = DEFAULT_QUOTAS, clock: Callable[[], float] = time.time
    ) -> None:
        desk = Desk(database, quotas, clock, Authorizer())
        self.database = database
        self.seen = desk.seen
        self.accounts = AccountUseCases(desk)
        self.policies = PolicyUseCases(desk)
        self.versions = VersionUseCases(desk)
        self.attachments = AttachmentFamily(desk)
        self.boundaries = BoundaryUseCases(desk)
        self.users = UserUseCases(desk)
        self.groups = GroupUseCases(desk)
        self.roles = RoleUseCases(desk)
        self.keys = KeyUseCases(desk)
        self.summary = SummaryUseCases(desk)
        self.passwords = PasswordRuleUseCases(desk)
        self.sts = SessionUseCases(desk)
        self.onboarding = OnboardingUseCases(desk)
        self.sign_in = SignInUseCases(desk)
        self.transfer = TransferUseCases(desk)
        self.lookup = LookupUseCases(desk)

    def revision(self) -> int:
        """The revision from which on all changes so far are in force."""
        return self.database.revision()
