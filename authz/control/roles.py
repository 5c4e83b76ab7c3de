"""Use cases on roles (cam-api.md 3, Roles)."""

from collections.abc import Sequence
from dataclasses import replace

from authz.control.caller import Caller
from authz.control.errors import invalid, param_error
from authz.control.holders import role_of
from authz.control.names import Tag, check_description, check_role_name, check_tags, is_role_name
from authz.control.paging import window
from authz.control.results import Page, Role
from authz.control.use_case import Desk, Writing
from authz.control.validation import check_trust
from authz.store.records import RoleRecord

DEFAULT_SESSION, LONGEST_SESSION = 7200, 43_200
"""Seconds of a role session: if nothing is said, and at most."""


class RoleUseCases:
    """Roles: who may assume each, and for how long."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_role(
        self,
        caller: Caller,
        *,
        role_name: str,
        policy_document: str,
        description: str = "",
        console_login: bool = False,
        session_duration: int = DEFAULT_SESSION,
        tags: Sequence[Tag] = (),
    ) -> str:
        """Create a role with its trust policy; returns its id.

        Raises:
            ControlError: RoleNameError, RoleNameInUse, RoleFull, DescriptionLengthOverlimit, TagParamError,
                TagLimitExceeded, ParamError for a session out of range, and the codes of the trust policy.
        """
        with self._desk.writing(caller, "CreateRole") as use:
            use.authorize(f"roleName/{role_name}" if is_role_name(role_name) else "roleName/*")
            check_role_name(role_name)
            _refuse_taken(use, role_name)
            check_description(description)
            checked = check_tags(tags, use.quotas.tags)
            _check_session(session_duration)
            _check_trust(use, policy_document)
            if use.store.roles.count(use.account) >= use.quotas.roles:
                raise invalid("RoleFull", f"the account has {use.quotas.roles} roles already; delete one first")
            record = RoleRecord(
                account=use.account,
                id="",
                name=role_name,
                trust=policy_document,
                description=description,
                console_login=console_login,
                session_duration=session_duration,
                tags=_pairs(checked),
                created_at=use.now,
                updated_at=use.now,
            )
            return use.store.roles.add(record).id

    def get_role(self, caller: Caller, *, role_id: str | None = None, role_name: str | None = None) -> Role:
        """A role by its id or its name.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name.
        """
        with self._desk.reading(caller, "GetRole") as use:
            return _role(role_of(use, role_id, role_name))

    def delete_role(self, caller: Caller, *, role_id: str | None = None, role_name: str | None = None) -> None:
        """Delete a role with its attachments; its sessions end at once.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name.
        """
        with self._desk.writing(caller, "DeleteRole") as use:
            use.store.roles.remove(use.account, role_of(use, role_id, role_name).id)

    def update_assume_role_policy(
        self, caller: Caller, *, policy_document: str, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Change the trust policy of a role.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name, and the codes of the trust policy.
        """
        with self._desk.writing(caller, "UpdateAssumeRolePolicy") as use:
            role = role_of(use, role_id, role_name)
            _check_trust(use, policy_document)
            _update(use, role, replace(role, trust=policy_document))

    def update_role_description(
        self, caller: Caller, *, description: str, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Change the description of a role.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name, DescriptionLengthOverlimit.
        """
        with self._desk.writing(caller, "UpdateRoleDescription") as use:
            role = role_of(use, role_id, role_name)
            _update(use, role, replace(role, description=check_description(description)))

    def update_role_console_login(
        self, caller: Caller, *, console_login: bool, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Change whether sessions of a role may use the console.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name.
        """
        with self._desk.writing(caller, "UpdateRoleConsoleLogin") as use:
            role = role_of(use, role_id, role_name)
            _update(use, role, replace(role, console_login=console_login))

    def update_role_session_duration(
        self, caller: Caller, *, session_duration: int, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Change the longest session of a role, in seconds; sessions that began stay as they are.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name, or for a session out of range.
        """
        with self._desk.writing(caller, "UpdateRoleSessionDuration") as use:
            role = role_of(use, role_id, role_name)
            _update(use, role, replace(role, session_duration=_check_session(session_duration)))

    def tag_role(
        self, caller: Caller, *, tags: Sequence[Tag], role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Set tags of a role; other tags stay.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name, TagParamError, TagLimitExceeded.
        """
        with self._desk.writing(caller, "TagRole") as use:
            role = role_of(use, role_id, role_name)
            check_tags(tags, use.quotas.tags)
            merged = {**dict(role.tags), **dict(_pairs(tags))}
            checked = check_tags([Tag(*each) for each in merged.items()], use.quotas.tags)
            _update(use, role, replace(role, tags=_pairs(checked)))

    def untag_role(
        self, caller: Caller, *, tag_keys: Sequence[str], role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Remove tags of a role; keys that it does not have are passed over.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name.
        """
        with self._desk.writing(caller, "UntagRole") as use:
            role = role_of(use, role_id, role_name)
            _update(use, role, replace(role, tags=tuple(each for each in role.tags if each[0] not in tag_keys)))

    def describe_role_list(self, caller: Caller, *, page: int, rp: int, tags: Sequence[Tag] = ()) -> Page[Role]:
        """The roles of the account, in the order of their ids; with `tags`, those that have all of them.

        Raises:
            ControlError: ParamError for a page out of range.
        """
        with self._desk.reading(caller, "DescribeRoleList") as use:
            use.authorize()
            shown = window(rp, page)
            if not tags:
                total, records = use.store.roles.page(use.account, shown.offset, shown.limit)
                return Page(total, tuple(map(_role, records)))
            wanted = set(_pairs(tags))
            return shown.of([_role(each) for each in use.store.roles.list(use.account) if wanted <= set(each.tags)])


def _role(record: RoleRecord) -> Role:
    return Role(
        role_id=record.id,
        role_name=record.name,
        policy_document=record.trust,
        description=record.description,
        add_time=record.created_at,
        update_time=record.updated_at,
        console_login=record.console_login,
        session_duration=record.session_duration,
        role_arn=f"qcs::cam::uin/{record.account}:roleName/{record.name}",
        tags=tuple(Tag(*each) for each in record.tags),
    )


def _pairs(tags: Sequence[Tag]) -> tuple[tuple[str, str], ...]:
    return tuple((tag.key, tag.value) for tag in tags)


def _update(use: Writing, before: RoleRecord, after: RoleRecord) -> None:
    if after != before:
        use.store.roles.update(replace(after, updated_at=use.now))


def _refuse_taken(use: Writing, name: str) -> None:
    other = use.store.roles.find_by_name(use.account, name)
    if other is not None:
        raise invalid("RoleNameInUse", f"role {other.id} is named `{other.name}` already; choose another name")


def _check_session(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_SESSION:
        raise param_error(f"`SessionDuration` must be 0 to {LONGEST_SESSION} seconds, not {seconds}")
    return seconds


def _check_trust(use: Writing, text: str) -> None:
    def exists(kind: str, name: str) -> bool:
        if kind == "uin":
            return use.store.users.get(use.account, name) is not None
        if kind == "roleName":
            return use.store.roles.find_by_name(use.account, name) is not None
        by_id = use.store.groups.get(use.account, int(name)) if name.isascii() and name.isdigit() else None
        return by_id is not None or use.store.groups.find_by_name(use.account, name) is not None

    check_trust(text, use.account, exists)
