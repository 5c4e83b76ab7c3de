"""The errors of a pull."""

from authz.errors import AuthzError
from authz.printable import printable


class PullError(AuthzError):
    """The account cannot be read, or what was read cannot be kept."""

    code = "PullError"


class CallError(PullError):
    """An action of the CAM API that failed; `reason` is the code of the API or of the SDK."""

    def __init__(self, action: str, reason: str, message: str) -> None:
        super().__init__(f"{action}: {reason}: {printable(message)}{_hint(reason)}")
        self.action = action
        self.reason = reason

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed later."""
        return self.reason.startswith(_PASSING)


_PASSING = ("RequestLimitExceeded", "InternalError", "ClientNetworkError", "ServerNetworkError")


def _hint(reason: str) -> str:
    if reason.startswith(("AuthFailure.UnauthorizedOperation", "UnauthorizedOperation")):
        return "; the key needs QcloudCamReadOnlyAccess"
    if reason.startswith("AuthFailure"):
        return "; check the key in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or in the profile of the SDK"
    return ""
