"""The first version: accounts with what belongs to them, keys, passwords, and the change log."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _make_accounts()
    _make_changes()
    _make_counters()
    _make_key_uses()
    _make_sign_ins()
    _make_store()
    _make_policies()
    _make_user_groups()
    _make_policy_versions()
    _make_preset_aliases()
    _make_roles()
    _make_users()
    _make_access_keys()
    _make_attachments()
    _make_memberships()
    _make_passwords()
    _fill()


def _text() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("uin", _text(), nullable=False),
        sa.Column("app_id", _text(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("password_rules", _text(), nullable=False),
        sa.Column("password_rules_at", sa.Double(), nullable=False),
        sa.Column("password_rules_by", _text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("uin", name="pk_accounts"),
    )
    op.create_index("ix_accounts_revision", "accounts", ["revision"])


def _make_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("account", _text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("principal", _text(), nullable=False),
        sa.Column("channel", _text(), nullable=False),
        sa.Column("action", _text(), nullable=False),
        sa.Column("request_id", _text(), nullable=False),
        sa.Column("address", _text(), nullable=False),
        sa.Column("items", _text(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_changes"),
    )
    op.create_index("ix_changes_account_revision", "changes", ["account", "revision"])


def _make_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", _text(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def _make_key_uses() -> None:
    op.create_table(
        "key_uses",
        sa.Column("secret_id", _text(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("secret_id", name="pk_key_uses"),
    )


def _make_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("account", _text(), nullable=False),
        sa.Column("uin", _text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.Double(), nullable=False),
        sa.Column("signed_in_at", sa.Double(), nullable=False),
        sa.Column("address", _text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "uin", name="pk_sign_ins"),
    )


def _make_store() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("identity", _text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("id = 1", name="ck_store_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_store"),
    )


def _make_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("account", _text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("name_key", _text(), nullable=False),
        sa.Column("description", _text(), nullable=False),
        sa.Column("create_mode", sa.SmallInteger(), nullable=False),
        sa.Column("default_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_policies_account"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("account", "id", name="uq_policies_account_id"),
        sa.UniqueConstraint("account", "name_key", name="uq_policies_account_name_key"),
    )


def _make_user_groups() -> None:
    op.create_table(
        "user_groups",
        sa.Column("account", _text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("name_key", _text(), nullable=False),
        sa.Column("remark", _text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_user_groups_account"),
        sa.PrimaryKeyConstraint("id", name="pk_user_groups"),
        sa.UniqueConstraint("account", "id", name="uq_user_groups_account_id"),
        sa.UniqueConstraint("account", "name_key", name="uq_user_groups_account_name_key"),
    )


def _make_policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("account", _text(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", _text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "policy_id"], ["policies.account", "policies.id"], name="fk_policy_versions_account_policy_id"
        ),
        sa.PrimaryKeyConstraint("account", "policy_id", "version", name="pk_policy_versions"),
    )


def _make_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("account", _text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("name_key", _text(), nullable=False),
        sa.Column("trust", _text(), nullable=False),
        sa.Column("description", _text(), nullable=False),
        sa.Column("console_login", sa.Boolean(), nullable=False),
        sa.Column("session_duration", sa.Integer(), nullable=False),
        sa.Column("boundary_id", sa.BigInteger(), nullable=True),
        sa.Column("custom_boundary_id", sa.BigInteger(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "custom_boundary_id IS NULL OR custom_boundary_id = boundary_id", name="ck_roles_custom_boundary_id"
        ),
        sa.ForeignKeyConstraint(
            ["account", "custom_boundary_id"],
            ["policies.account", "policies.id"],
            name="fk_roles_account_custom_boundary_id",
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_roles_account"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("account", "id", name="uq_roles_account_id"),
        sa.UniqueConstraint("account", "name_key", name="uq_roles_account_name_key"),
    )
    op.create_index("ix_roles_account_boundary_id", "roles", ["account", "boundary_id"])


def _make_users() -> None:
    op.create_table(
        "users",
        sa.Column("account", _text(), nullable=False),
        sa.Column("uin", _text(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("name_key", _text(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("remark", _text(), nullable=False),
        sa.Column("console_login", sa.Boolean(), nullable=False),
        sa.Column("phone_num", _text(), nullable=False),
        sa.Column("country_code", _text(), nullable=False),
        sa.Column("email", _text(), nullable=False),
        sa.Column("boundary_id", sa.BigInteger(), nullable=True),
        sa.Column("custom_boundary_id", sa.BigInteger(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "custom_boundary_id IS NULL OR custom_boundary_id = boundary_id", name="ck_users_custom_boundary_id"
        ),
        sa.ForeignKeyConstraint(
            ["account", "custom_boundary_id"],
            ["policies.account", "policies.id"],
            name="fk_users_account_custom_boundary_id",
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_users_account"),
        sa.PrimaryKeyConstraint("account", "uin", name="pk_users"),
        sa.UniqueConstraint("account", "name_key", name="uq_users_account_name_key"),
        sa.UniqueConstraint("account", "uid", name="uq_users_account_uid"),
    )
    op.create_index("ix_users_account_boundary_id", "users", ["account", "boundary_id"])
    op.create_index("ix_users_uin", "users", ["uin"])


def _make_preset_aliases() -> None:
    op.create_table(
        "preset_aliases",
        sa.Column("account", _text(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("alias", _text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_preset_aliases_account"),
        sa.PrimaryKeyConstraint("account", "policy_id", name="pk_preset_aliases"),
    )


def _make_access_keys() -> None:
    op.create_table(
        "access_keys",
        sa.Column("account", _text(), nullable=False),
        sa.Column("secret_id", _text(), nullable=False),
        sa.Column("uin", _text(), nullable=False),
        sa.Column("user_uin", _text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("description", _text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "user_uin"], ["users.account", "users.uin"], name="fk_access_keys_account_user_uin"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_access_keys_account"),
        sa.PrimaryKeyConstraint("secret_id", name="pk_access_keys"),
    )
    op.create_index("ix_access_keys_account_uin", "access_keys", ["account", "uin"])
    op.create_index("ix_access_keys_account_user_uin", "access_keys", ["account", "user_uin"])


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("account", _text(), nullable=False),
        sa.Column("holder", sa.SmallInteger(), nullable=False),
        sa.Column("holder_id", _text(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("custom_policy_id", sa.BigInteger(), nullable=True),
        sa.Column("user_uin", _text(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("attached_at", sa.Double(), nullable=False),
        sa.Column("attached_by", _text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(holder = 1 AND user_uin IS NOT NULL AND group_id IS NULL AND role_id IS NULL)"
            " OR (holder = 2 AND group_id IS NOT NULL AND user_uin IS NULL AND role_id IS NULL)"
            " OR (holder = 3 AND role_id IS NOT NULL AND user_uin IS NULL AND group_id IS NULL)",
            name="ck_attachments_one_holder",
        ),
        sa.CheckConstraint(
            "custom_policy_id IS NULL OR custom_policy_id = policy_id", name="ck_attachments_custom_policy_id"
        ),
        sa.ForeignKeyConstraint(
            ["account", "custom_policy_id"],
            ["policies.account", "policies.id"],
            name="fk_attachments_account_custom_policy_id",
        ),
        sa.ForeignKeyConstraint(
            ["account", "group_id"], ["user_groups.account", "user_groups.id"], name="fk_attachments_account_group_id"
        ),
        sa.ForeignKeyConstraint(
            ["account", "role_id"], ["roles.account", "roles.id"], name="fk_attachments_account_role_id"
        ),
        sa.ForeignKeyConstraint(
            ["account", "user_uin"], ["users.account", "users.uin"], name="fk_attachments_account_user_uin"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_attachments_account"),
        sa.PrimaryKeyConstraint("account", "holder", "holder_id", "policy_id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_account_group_id", "attachments", ["account", "group_id"])
    op.create_index("ix_attachments_account_policy_id_position", "attachments", ["account", "policy_id", "position"])
    op.create_index("ix_attachments_account_role_id", "attachments", ["account", "role_id"])
    op.create_index("ix_attachments_account_user_uin", "attachments", ["account", "user_uin"])


def _make_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("account", _text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("uin", _text(), nullable=False),
        sa.Column("joined_at", sa.Double(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "group_id"], ["user_groups.account", "user_groups.id"], name="fk_memberships_account_group_id"
        ),
        sa.ForeignKeyConstraint(["account", "uin"], ["users.account", "users.uin"], name="fk_memberships_account_uin"),
        sa.PrimaryKeyConstraint("account", "group_id", "uin", name="pk_memberships"),
    )
    op.create_index("ix_memberships_account_uin", "memberships", ["account", "uin"])


def _make_passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("account", _text(), nullable=False),
        sa.Column("uin", _text(), nullable=False),
        sa.Column("user_uin", _text(), nullable=True),
        sa.Column("hash", _text(), nullable=False),
        sa.Column("needs_reset", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "user_uin"], ["users.account", "users.uin"], name="fk_passwords_account_user_uin"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.uin"], name="fk_passwords_account"),
        sa.PrimaryKeyConstraint("account", "uin", name="pk_passwords"),
    )
    op.create_index("ix_passwords_account_user_uin", "passwords", ["account", "user_uin"])


def _fill() -> None:
    columns = sa.Column("id", sa.SmallInteger()), sa.Column("identity", _text()), sa.Column("revision", sa.BigInteger())
    op.bulk_insert(sa.table("store", *columns), [{"id": 1, "identity": str(uuid4()), "revision": 0}])
