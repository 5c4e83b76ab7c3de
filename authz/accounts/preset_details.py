"""What lists and search boxes show of preset policies: ids, descriptions, services, and the words that find them.

Ids that public documents show are CAM's (1, 400411, 524252, 596169, 219064). CAM publishes no id of the others; theirs
are from a range below the ids of custom policies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from authz.accounts.model import Policy
from authz.accounts.presets import presets

LARGEST_PRESET_ID = 1_000_000
"""Custom policies have greater ids."""

_ADDED = 1_508_468_364.0  # 2017-10-20 10:59:24 in UTC+8: of QcloudAVCFullAccess; CAM publishes no other date


@dataclass(frozen=True, slots=True)
class PresetDetails:
    """A preset as lists show it. `service` is empty for all services; `added` is in seconds since the epoch."""

    policy_id: int
    name: str
    service: str
    description: str
    description_zh: str
    added: float
    words: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """The policy with its document."""
        return presets()[self.name.casefold()]

    def matches(self, keyword: str) -> bool:
        """Whether name, description or a name of the service contains the keyword, compared without case."""
        wanted = " ".join(keyword.casefold().split())
        return any(
            wanted in text.casefold() for text in (self.name, self.description, self.description_zh, *self.words)
        )


_WORDS: Mapping[str, tuple[str, ...]] = {
    "im": (
        "Instant Messaging", "Chat", "即时通信 IM", "即时通信", "インスタントメッセージ", "インスタントメッセージング",
        "인스턴트 메시지", "인스턴트 메시징",
    ),
    "sms": (
        "Short Message Service", "短信 SMS", "ショートメッセージサービス", "ショートメッセージ",
        "단문 메시지 서비스", "문자 메시지",
    ),
    "cam": (
        "Cloud Access Management", "访问管理 CAM", "アクセス管理", "クラウドアクセス管理", "액세스 관리", "접근 관리",
    ),
    "": (),
}  # fmt: skip
"""The display names of the services, in English, Chinese, Japanese and Korean."""


def _details(policy_id: int, name: str, service: str, english: str, chinese: str) -> PresetDetails:
    return PresetDetails(policy_id, name, service, english, chinese, _ADDED, _WORDS[service])


_ALL = (
    _details(
        1, "AdministratorAccess", "",
        "Full access to all assets, finances, and users and permissions of the account",
        "该策略允许您管理账户内所有用户及其权限、财务相关的信息、云服务资产",
    ),
    _details(
        400411, "ReadOnlyAccess", "",
        "Read-only access to all assets whose services have operation or resource granularity",
        "该策略允许您只读访问账户内所有支持接口级鉴权或资源级鉴权的云服务资产",
    ),
    _details(
        524252, "QcloudAVCFullAccess", "im",
        "Full read-write access to Instant Messaging (IM)", "即时通信 IM 全读写访问权限",
    ),
    _details(
        990001, "QcloudIMReadOnlyAccess", "im",
        "Read-only access to Instant Messaging (IM)", "即时通信 IM 只读访问权限",
    ),
    _details(
        219064, "QcloudSMSFullAccess", "sms",
        "Full read-write access to Short Message Service (SMS)", "短信 SMS 全读写访问权限",
    ),
    _details(
        990002, "QcloudSMSReadonlyAccess", "sms",
        "Read-only access to Short Message Service (SMS)", "短信 SMS 只读访问权限",
    ),
    _details(
        596169, "QcloudCamFullAccess", "cam",
        "Full read-write access to users and permissions (CAM)", "用户与权限 CAM 全读写访问权限",
    ),
    _details(
        990003, "QcloudCamReadOnlyAccess", "cam",
        "Read-only access to users and permissions (CAM)", "用户与权限 CAM 只读访问权限",
    ),
)  # fmt: skip


@cache
def preset_details() -> Mapping[int, PresetDetails]:
    """All presets by id, in the order of their ids."""
    return {each.policy_id: each for each in sorted(_ALL, key=lambda each: each.policy_id)}


@cache
def _ids() -> Mapping[str, int]:
    return {each.name.casefold(): each.policy_id for each in _ALL}


def preset_of_id(policy_id: int) -> PresetDetails | None:
    """The preset with this id, or None."""
    return preset_details().get(policy_id)


def preset_of_name(name: str) -> PresetDetails | None:
    """The preset of this name, compared without case, or None."""
    policy_id = _ids().get(name.casefold())
    return None if policy_id is None else preset_details()[policy_id]


def search_presets(keyword: str = "") -> tuple[PresetDetails, ...]:
    """The presets that the keyword finds: `Instant Messaging` finds both of IM. All of them without a keyword."""
    return tuple(each for each in preset_details().values() if each.matches(keyword))
