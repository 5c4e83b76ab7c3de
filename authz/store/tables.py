"""The tables of the store: one schema for SQLite and PostgreSQL.

Texts compare by code point on both (`COLLATE "C"`). A name is unique without regard to case by a column that holds it
folded; an empty name is NULL there, which is unlike any other. A reference to a policy stands twice: as the id, which
may be that of a preset, and, for a custom policy, in a column with a foreign key. All keys but a few begin with the
account, so that no row can refer to another account's. Nothing is removed by a cascade: a repository that removes a row
removes what depends on it first, so that the change log holds each.
"""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from authz.store.records import HolderKind, KeyStatus, Tags


def text() -> TypeEngine[str]:
    """Text that is ordered by code point."""
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


_DIGITS, _LARGEST = 19, 2**63 - 1


class TagsType(TypeDecorator[Tags]):
    """Tags as a JSON object, in their order."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Tags | None, _dialect: Any) -> str:
        """As JSON."""
        return json.dumps(dict(value or ()), ensure_ascii=False) if value else "{}"

    def process_result_value(self, value: str | None, _dialect: Any) -> Tags:
        """From JSON."""
        return () if value in (None, "{}") else tuple(json.loads(str(value)).items())


class DigitsType(TypeDecorator[str]):
    """A string of digits that is kept as an integer."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> int | None:
        """As an integer; a text that is not a number becomes one that no row has."""
        if value is None:
            return None
        number = int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else -1
        return number if number <= _LARGEST else -1

    def process_result_value(self, value: int | None, _dialect: Any) -> str | None:
        """As digits."""
        return None if value is None else str(value)


class HolderKindType(TypeDecorator[HolderKind]):
    """A kind of holder as its number."""

    impl = sa.SmallInteger
    cache_ok = True

    def process_bind_param(self, value: HolderKind | None, _dialect: Any) -> int | None:
        """As its number."""
        return None if value is None else value.value

    def process_result_value(self, value: int | None, _dialect: Any) -> HolderKind | None:
        """From its number."""
        return None if value is None else HolderKind(value)


class KeyStatusType(TypeDecorator[KeyStatus]):
    """The status of a key as its word."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: KeyStatus | None, _dialect: Any) -> str | None:
        """As its word."""
        return None if value is None else value.value

    def process_result_value(self, value: str | None, _dialect: Any) -> KeyStatus | None:
        """From its word."""
        return None if value is None else KeyStatus(value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(name: str, kind: TypeEngine[Any], *, null: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, primary_key=key, autoincrement=False)


def _account(*, key: bool = False) -> sa.Column[Any]:
    return sa.Column("account", text(), sa.ForeignKey("accounts.uin"), nullable=False, primary_key=key)


def _policy_reference(name: str, *, null: bool) -> tuple[sa.schema.SchemaItem, ...]:
    custom = f"custom_{name}"
    return (
        _column(name, sa.BigInteger(), null=null),
        _column(custom, sa.BigInteger(), null=True),
        sa.ForeignKeyConstraint(["account", custom], ["policies.account", "policies.id"]),
        sa.CheckConstraint(f"{custom} IS NULL OR {custom} = {name}", name=custom),
        sa.Index(None, "account", name),
    )


store = sa.Table(
    "store",
    metadata,
    _column("id", sa.SmallInteger(), key=True),
    _column("identity", text()),
    _column("revision", sa.BigInteger()),
    _column("key_check", sa.LargeBinary(), null=True),
    sa.CheckConstraint("id = 1", name="one_row"),
)
counters = sa.Table(
    "counters",
    metadata,
    _column("name", text(), key=True),
    _column("next", sa.BigInteger()),
)
accounts = sa.Table(
    "accounts",
    metadata,
    _column("uin", text(), key=True),
    _column("app_id", text()),
    _column("name", text()),
    _column("created_at", sa.Double()),
    _column("password_rules", text()),
    _column("password_rules_at", sa.Double()),
    _column("password_rules_by", text()),
    sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0", index=True),
)
users = sa.Table(
    "users",
    metadata,
    _account(key=True),
    _column("uin", text(), key=True),
    _column("name", text()),
    _column("name_key", text(), null=True),
    _column("uid", sa.BigInteger()),
    _column("remark", text()),
    _column("console_login", sa.Boolean()),
    _column("phone_num", text()),
    _column("country_code", text()),
    _column("email", text()),
    *_policy_reference("boundary_id", null=True),
    _column("tags", TagsType()),
    _column("created_at", sa.Double()),
    sa.UniqueConstraint("account", "name_key"),
    sa.UniqueConstraint("account", "uid"),
    sa.Index(None, "uin"),
)
groups = sa.Table(
    "user_groups",
    metadata,
    _account(),
    _column("id", sa.BigInteger(), key=True),
    _column("name", text()),
    _column("name_key", text()),
    _column("remark", text()),
    _column("created_at", sa.Double()),
    sa.UniqueConstraint("account", "id"),
    sa.UniqueConstraint("account", "name_key"),
)
memberships = sa.Table(
    "memberships",
    metadata,
    _column("account", text(), key=True),
    _column("group_id", sa.BigInteger(), key=True),
    _column("uin", text(), key=True),
    _column("joined_at", sa.Double()),
    _column("position", sa.BigInteger()),
    sa.ForeignKeyConstraint(["account", "group_id"], ["user_groups.account", "user_groups.id"]),
    sa.ForeignKeyConstraint(["account", "uin"], ["users.account", "users.uin"]),
    sa.Index(None, "account", "uin"),
)
roles = sa.Table(
    "roles",
    metadata,
    _account(),
    _column("id", DigitsType(), key=True),
    _column("name", text()),
    _column("name_key", text()),
    _column("trust", text()),
    _column("description", text()),
    _column("console_login", sa.Boolean()),
    _column("session_duration", sa.Integer()),
    *_policy_reference("boundary_id", null=True),
    _column("tags", TagsType()),
    _column("created_at", sa.Double()),
    _column("updated_at", sa.Double()),
    sa.UniqueConstraint("account", "id"),
    sa.UniqueConstraint("account", "name_key"),
)
policies = sa.Table(
    "policies",
    metadata,
    _account(),
    _column("id", sa.BigInteger(), key=True),
    _column("name", text()),
    _column("name_key", text()),
    _column("description", text()),
    _column("create_mode", sa.SmallInteger()),
    _column("default_version", sa.Integer()),
    _column("last_version", sa.Integer()),
    _column("tags", TagsType()),
    _column("created_at", sa.Double()),
    _column("updated_at", sa.Double()),
    sa.UniqueConstraint("account", "id"),
    sa.UniqueConstraint("account", "name_key"),
)
policy_versions = sa.Table(
    "policy_versions",
    metadata,
    _column("account", text(), key=True),
    _column("policy_id", sa.BigInteger(), key=True),
    _column("version", sa.Integer(), key=True),
    _column("document", text()),
    _column("created_at", sa.Double()),
    sa.ForeignKeyConstraint(["account", "policy_id"], ["policies.account", "policies.id"]),
)
attachments = sa.Table(
    "attachments",
    metadata,
    _account(key=True),
    _column("holder", HolderKindType(), key=True),
    _column("holder_id", text(), key=True),
    sa.Column("policy_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    _column("custom_policy_id", sa.BigInteger(), null=True),
    _column("user_uin", text(), null=True),
    _column("group_id", sa.BigInteger(), null=True),
    _column("role_id", sa.BigInteger(), null=True),
    _column("attached_at", sa.Double()),
    _column("attached_by", text()),
    _column("position", sa.BigInteger()),
    sa.ForeignKeyConstraint(["account", "custom_policy_id"], ["policies.account", "policies.id"]),
    sa.ForeignKeyConstraint(["account", "user_uin"], ["users.account", "users.uin"]),
    sa.ForeignKeyConstraint(["account", "group_id"], ["user_groups.account", "user_groups.id"]),
    sa.ForeignKeyConstraint(["account", "role_id"], ["roles.account", "roles.id"]),
    sa.CheckConstraint("custom_policy_id IS NULL OR custom_policy_id = policy_id", name="custom_policy_id"),
    sa.CheckConstraint(
        "(holder = 1 AND user_uin IS NOT NULL AND group_id IS NULL AND role_id IS NULL)"
        " OR (holder = 2 AND group_id IS NOT NULL AND user_uin IS NULL AND role_id IS NULL)"
        " OR (holder = 3 AND role_id IS NOT NULL AND user_uin IS NULL AND group_id IS NULL)",
        name="one_holder",
    ),
    sa.Index(None, "account", "policy_id", "position"),
    sa.Index(None, "account", "user_uin"),
    sa.Index(None, "account", "group_id"),
    sa.Index(None, "account", "role_id"),
)
preset_aliases = sa.Table(
    "preset_aliases",
    metadata,
    _account(key=True),
    sa.Column("policy_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    _column("alias", text()),
)
access_keys = sa.Table(
    "access_keys",
    metadata,
    _account(),
    _column("secret_id", text(), key=True),
    _column("uin", text()),
    _column("user_uin", text(), null=True),
    _column("status", KeyStatusType()),
    _column("description", text()),
    _column("created_at", sa.Double()),
    _column("sealed_secret", sa.LargeBinary()),
    sa.ForeignKeyConstraint(["account", "user_uin"], ["users.account", "users.uin"]),
    sa.Index(None, "account", "uin"),
    sa.Index(None, "account", "user_uin"),
)
passwords = sa.Table(
    "passwords",
    metadata,
    _account(key=True),
    _column("uin", text(), key=True),
    _column("user_uin", text(), null=True),
    _column("hash", text()),
    _column("needs_reset", sa.Boolean()),
    _column("changed_at", sa.Double()),
    sa.ForeignKeyConstraint(["account", "user_uin"], ["users.account", "users.uin"]),
    sa.Index(None, "account", "user_uin"),
)
key_uses = sa.Table(
    "key_uses",
    metadata,
    _column("secret_id", text(), key=True),
    _column("used_at", sa.Double()),
)
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    _column("account", text(), key=True),
    _column("uin", text(), key=True),
    _column("failures", sa.Integer()),
    _column("failed_at", sa.Double()),
    _column("signed_in_at", sa.Double()),
    _column("address", text()),
)
changes = sa.Table(
    "changes",
    metadata,
    _column("revision", sa.BigInteger(), key=True),
    _column("account", text()),
    _column("at", sa.Double()),
    _column("principal", text()),
    _column("channel", text()),
    _column("action", text()),
    _column("request_id", text()),
    _column("address", text()),
    _column("items", text()),
    sa.Index(None, "account", "revision"),
)
