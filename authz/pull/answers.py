"""From the rows of CAM's answers to records of the store; the fields are those that the CAM API documents.

A field that is null or missing takes the record's default. A row without what identifies it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from authz.pull.errors import PullError
from authz.store.records import (
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    PolicyRecord,
    RoleRecord,
    Tags,
    UserRecord,
)

Row = Mapping[str, Any]
_CHINA = timezone(timedelta(hours=8))
_PRESET = 2  # the `Type` of policies that Tencent Cloud defines


@dataclass(frozen=True, slots=True)
class PulledPolicy:
    """A policy with the text of its default version; `alias` is the account's remark on a preset."""

    record: PolicyRecord
    document: str
    is_preset: bool
    alias: str = ""

    @property
    def id(self) -> int:
        """Its id in CAM."""
        return self.record.id


def account_of(answer: Row) -> AccountRecord:
    """The root account of an answer of GetUserAppId."""
    app_id = _text(answer, "AppId")
    return AccountRecord(_needed(answer, "OwnerUin", "GetUserAppId"), "" if app_id == "0" else app_id)


def user_of(account: str, row: Row) -> UserRecord:
    """A user of ListUsers."""
    return UserRecord(
        account,
        uin=_needed(row, "Uin", "ListUsers"),
        name=_text(row, "Name"),
        uid=_number(row, "Uid"),
        remark=_text(row, "Remark"),
        console_login=bool(_number(row, "ConsoleLogin")),
        phone_num=_text(row, "PhoneNum"),
        country_code=_text(row, "CountryCode"),
        email=_text(row, "Email"),
        created_at=_time(row, "CreateTime"),
    )


def group_of(account: str, row: Row) -> GroupRecord:
    """A group of ListGroups."""
    return GroupRecord(
        account,
        id=int(_needed(row, "GroupId", "ListGroups")),
        name=_needed(row, "GroupName", "ListGroups"),
        remark=_text(row, "Remark"),
        created_at=_time(row, "CreateTime"),
    )


def role_of(account: str, row: Row) -> RoleRecord:
    """A role of DescribeRoleList."""
    return RoleRecord(
        account,
        id=_needed(row, "RoleId", "DescribeRoleList"),
        name=_needed(row, "RoleName", "DescribeRoleList"),
        trust=_text(row, "PolicyDocument"),
        description=_text(row, "Description"),
        console_login=bool(_number(row, "ConsoleLogin")),
        session_duration=_number(row, "SessionDuration") or 7200,
        tags=_tags(row),
        created_at=_time(row, "AddTime"),
        updated_at=_time(row, "UpdateTime"),
    )


def listed_policy(account: str, row: Row) -> tuple[PolicyRecord, bool]:
    """A policy of ListPolicies, and whether it is a preset."""
    record = PolicyRecord(
        account,
        id=int(_needed(row, "PolicyId", "ListPolicies")),
        name=_needed(row, "PolicyName", "ListPolicies"),
        description=_text(row, "Description"),
        create_mode=_number(row, "CreateMode") or 2,
        tags=_tags(row),
        created_at=_time(row, "AddTime"),
        updated_at=_time(row, "UpdateTime"),
    )
    return record, _number(row, "Type") == _PRESET


def whole_policy(account: str, policy_id: int, answer: Row, listed: PolicyRecord | None) -> PulledPolicy:
    """A policy of GetPolicy, which a list may have named."""
    record = PolicyRecord(
        account,
        id=policy_id,
        name=_needed(answer, "PolicyName", "GetPolicy"),
        description=_text(answer, "Description"),
        create_mode=2 if listed is None else listed.create_mode,
        tags=_tags(answer) or (() if listed is None else listed.tags),
        created_at=_time(answer, "AddTime"),
        updated_at=_time(answer, "UpdateTime"),
    )
    is_preset = _number(answer, "Type") == _PRESET
    return PulledPolicy(record, _text(answer, "PolicyDocument"), is_preset, _text(answer, "PresetAlias"))


def attachment_of(account: str, kind: HolderKind, holder_id: str, row: Row) -> AttachmentRecord:
    """A row of the policies of a user, a group or a role."""
    author = _text(row, "OperateUin")
    channel = "role" if _number(row, "OperateUinType") else "uin"
    return AttachmentRecord(
        account,
        kind,
        holder_id,
        policy_id=int(_needed(row, "PolicyId", "the list of attached policies")),
        attached_at=_time(row, "AddTime"),
        attached_by=f"{channel}/{author}" if author not in ("", "0") else "",
    )


def boundary_of(answer: Row) -> int | None:
    """The id of the boundary, or None if there is none."""
    if not _text(answer, "PolicyName") and not _number(answer, "PolicyId"):
        if _text(answer, "PolicyDocument"):
            raise PullError("the CAM API answered a permissions boundary without the id of its policy")
        return None
    return int(_needed(answer, "PolicyId", "the permissions boundary"))


def _text(row: Row, field: str) -> str:
    value = row.get(field)
    return "" if value is None else str(value)


def _needed(row: Row, field: str, where: str) -> str:
    text = _text(row, field)
    if text in ("", "0"):
        raise PullError(f"the CAM API answered {where} without `{field}`")
    return text


def _number(row: Row, field: str) -> int:
    value = row.get(field)
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        raise PullError(f"the CAM API answered `{field}` that is not a whole number") from None


def _time(row: Row, field: str) -> float:
    """A time in UTC+8; 0 for unknown, as for a form that CAM does not document."""
    text = _text(row, field)
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA).timestamp() if text else 0.0
    except ValueError:
        return 0.0


def _tags(row: Row) -> Tags:
    return tuple((_text(tag, "Key"), _text(tag, "Value")) for tag in row.get("Tags") or ())
