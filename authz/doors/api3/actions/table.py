"""The table of all actions by service and version, and the names of those that CAM has and this server lacks."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from authz.doors.api3.actions import account, attachments, boundaries, groups, keys, policies, roles, sts, users
from authz.doors.api3.actions.action import Action
from authz.doors.api3.errors import ApiError

CAM, CAM_VERSION = "cam", "2019-01-16"
STS, STS_VERSION = "sts", "2018-08-13"

_FAMILIES = (policies, attachments, boundaries, users, groups, roles, keys, account)
_LACKING = {
    CAM: """
        BuildDataFlowAuthToken ConsumeCustomMFAToken CreateMessageReceiver CreateOIDCConfig CreateSAMLProvider
        CreateServiceLinkedRole CreateSubAccountLoginIpPolicy CreateUserOIDCConfig CreateUserSAMLConfig
        DeleteMessageReceiver DeleteOIDCConfig DeleteSAMLProvider DeleteServiceLinkedRole DescribeOIDCConfig
        DescribeSafeAuthFlag DescribeSafeAuthFlagColl DescribeSafeAuthFlagIntl DescribeUserOIDCConfig
        DescribeUserSAMLConfig DisableUserSSO GetCustomMFATokenInfo GetSAMLProvider
        GetServiceLinkedRoleDeletionStatus ListAccounts ListCollaborators ListReceiver ListSAMLProviders
        ListWeChatWorkSubAccounts SetMfaFlag UpdateOIDCConfig UpdateSAMLProvider
        UpdateUserOIDCConfig UpdateUserSAMLConfig
    """,
    STS: """
        AssumeRoleWithSAML AssumeRoleWithWebIdentity GetCallerIdentity GetFederationToken GetSessionToken QueryApiKey
    """,
}
LACKING: Mapping[str, frozenset[str]] = MappingProxyType(
    {service: frozenset(names.split()) for service, names in _LACKING.items()}
)
"""Actions of the real API that are answered by UnsupportedOperation, by service."""


def _by_name(actions: Iterable[Action]) -> Mapping[str, Action]:
    return MappingProxyType({action.name: action for action in actions})


ACTIONS: Mapping[str, Mapping[str, Action]] = MappingProxyType(
    {
        CAM: _by_name(action for family in _FAMILIES for action in family.ACTIONS),
        STS: _by_name(sts.ACTIONS),
    }
)
"""The actions that are served, by service and name."""
VERSIONS: Mapping[str, str] = MappingProxyType({CAM: CAM_VERSION, STS: STS_VERSION})
"""The version of each service."""


def find_action(service: str, version: str, name: str) -> Action:
    """The action that a request names. Signatures of the older forms name no service: the version then does.

    Raises:
        ApiError: MissingParameter, NoSuchVersion, UnsupportedOperation for an action of CAM that is not served, and
            InvalidAction for any other name.
    """
    if not name:
        raise ApiError("MissingParameter", "the action is missing; expected header `X-TC-Action` or parameter `Action`")
    served = service or next((each for each, its in VERSIONS.items() if its == version), "")
    if VERSIONS.get(served) != version:
        known = ", ".join(f"{each} {its}" for each, its in VERSIONS.items())
        raise ApiError("NoSuchVersion", f"service `{service}` has no version `{version}` here; expected {known}")
    action = ACTIONS[served].get(name)
    if action is not None:
        return action
    if name in LACKING[served]:
        raise ApiError("UnsupportedOperation", f"action `{name}` of {served} is not served by this control plane")
    raise ApiError("InvalidAction", f"`{name}` is not an action of {served} {version}")
