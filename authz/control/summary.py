"""Use cases on the account as a whole (cam-api.md 3, Account)."""

from authz.control.caller import Caller
from authz.control.results import AccountSummary, UserAppId
from authz.control.use_case import Desk


class SummaryUseCases:
    """What an account has, and who the caller is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get_account_summary(self, caller: Caller) -> AccountSummary:
        """How many custom policies, roles, users, groups and memberships the account has."""
        with self._desk.reading(caller, "GetAccountSummary") as use:
            use.authorize()
            store, account = use.store, use.account
            return AccountSummary(
                policies=store.policies.count(account),
                roles=store.roles.count(account),
                users=store.users.count(account),
                groups=store.groups.count(account),
                members=store.memberships.count(account),
            )

    def get_user_app_id(self, caller: Caller) -> UserAppId:
        """The caller's uin, the root account's uin and its APPID; every authenticated caller may ask.

        For the session of a role, the uin is the root account's.
        """
        with self._desk.reading(caller, "GetUserAppId") as use:
            use.admit_everyone()
            record = use.store.accounts.get(use.account)
            uin = use.account if caller.is_role else caller.principal.name
            return UserAppId(uin, use.account, "" if record is None else record.app_id)
