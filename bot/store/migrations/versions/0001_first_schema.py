"""The first schema: all tables of the house.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str, default: str = "") -> sa.Column[str]:
    """Text that is never NULL."""
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def count(name: str, default: int = 0) -> sa.Column[int]:
    """A number that is never NULL."""
    return sa.Column(name, sa.Integer(), server_default=sa.text(str(default)), nullable=False)


def flag(name: str, *, default: bool = False) -> sa.Column[bool]:
    """A truth that is never NULL."""
    value = sa.true() if default else sa.false()
    return sa.Column(name, sa.Boolean(), server_default=value, nullable=False)


def time(name: str, *, nullable: bool = True) -> sa.Column[int]:
    """Microseconds since 1970."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index over the rows that wait."""
    clause = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=clause, postgresql_where=clause
    )


def upgrade() -> None:
    """Make every table."""
    _items()
    _chats()
    _outbox()
    _rest()


def _items() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        words("language"),
        words("country"),
        sa.Column("kind", sa.Text(), nullable=False),
        words("owner"),
        flag("domestic"),
        words("timezone"),
        words("terms"),
        flag("enabled", default=True),
        words("reason"),
        flag("in_catalogue", default=True),
        sa.Column("set_name", sa.Text(), nullable=True),
        sa.Column("set_url", sa.Text(), nullable=True),
        sa.Column("set_language", sa.Text(), nullable=True),
        sa.Column("set_enabled", sa.Boolean(), nullable=True),
        sa.Column("set_reason", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=True),
        time("set_at"),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.Column("moved_url", sa.Text(), nullable=True),
        count("moved_polls"),
        time("next_poll_at", nullable=False),
        time("lease_until"),
        count("fence"),
        words("etag"),
        words("last_modified"),
        words("body_hash"),
        sa.Column("entry_hashes", sa.Text(), nullable=True),
        time("first_polled_at"),
        time("last_ok_at"),
        time("last_polled_at"),
        time("without_validators_at"),
        count("failures"),
        time("failing_since"),
        words("last_error"),
        time("told_down_at"),
        sa.Column("rhythm", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_next_poll_at", "feeds", ["next_poll_at"])
    op.create_table(
        "stories",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        count("version"),
        count("outlets"),
        time("breaking_at"),
        time("created_at", nullable=False),
        time("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_updated_at", "stories", ["updated_at"])
    op.create_table(
        "items",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        words("url"),
        words("title"),
        words("summary"),
        words("language"),
        time("published"),
        time("first_seen_at", nullable=False),
        flag("domestic"),
        sa.Column("telling", sa.Text(), nullable=False),
        flag("first_poll"),
        time("marked_at"),
        sa.Column("story_id", ID, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        words("why"),
        flag("copy"),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_items_story_id"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_first_seen_at", "items", ["first_seen_at"])
    partial("ix_items_marked", "items", ["marked_at", "id"], "marked_at IS NOT NULL")
    op.create_index("ix_items_story_id", "items", ["story_id"])
    op.create_table(
        "sightings",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        words("guid"),
        words("url"),
        time("first_seen_at", nullable=False),
        time("last_seen_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_sightings_item_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "feed_id", name="pk_sightings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item_keys",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("item_id", ID, nullable=True),
        time("last_seen_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_item_keys_item_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "scope", "value", name="pk_item_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_keys_item_id", "item_keys", ["item_id"])
    partial("ix_item_keys_title", "item_keys", ["value"], "kind = 'title'")
    op.create_table(
        "item_tokens",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_item_tokens_item_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", "item_id", name="pk_item_tokens"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_tokens_item_id", "item_tokens", ["item_id"])
    op.create_table(
        "queries",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        time("used_at", nullable=False),
        sa.CheckConstraint("kind IN ('words', 'topic')", name="ck_queries_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_queries"),
        sa.UniqueConstraint("text", name="uq_queries_text"),
    )
    op.create_table(
        "hits",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("query_id", ID, nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        time("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_hits_item_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["query_id"], ["queries.id"], name="fk_hits_query_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "query_id", name="pk_hits"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hits_query_id_at", "hits", ["query_id", "at"])


def _chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        words("title"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        words("state", "active"),
        words("state_reason"),
        time("state_at", nullable=False),
        time("created_at", nullable=False),
        time("wait_until"),
        sa.Column("hourly_cap", sa.Integer(), nullable=True),
        time("cap_told_at"),
        sa.Column("quiet_hours", sa.Text(), nullable=True),
        flag("breaking_passes", default=True),
        sa.Column("asking", sa.Text(), nullable=True),
        time("owed_latest_since"),
        sa.CheckConstraint("state IN ('active', 'paused', 'muted', 'gone')", name="ck_chats_state"),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
        sa.UniqueConstraint("telegram_id", name="uq_chats_telegram_id"),
    )
    partial("ix_chats_owed", "chats", ["owed_latest_since"], "owed_latest_since IS NOT NULL")
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("query_id", ID, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("gather_minutes", sa.Integer(), nullable=True),
        sa.Column("digest_times", sa.Text(), nullable=True),
        count("outlets_wanted", 1),
        sa.Column("mutes", sa.Text(), nullable=True),
        time("created_at", nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_subscriptions_chat_id"),
        sa.ForeignKeyConstraint(["query_id"], ["queries.id"], name="fk_subscriptions_query_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint(
            "chat_id", "thread_id", "query_id", name="uq_subscriptions_chat_id_thread_id_query_id"
        ),
    )
    op.create_index("ix_subscriptions_query_id_chat_id", "subscriptions", ["query_id", "chat_id"])
    op.create_table(
        "alerts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("queries", sa.Text(), nullable=False),
        sa.Column("carried_by", ID, nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        words("state", "pending"),
        count("version"),
        count("told_version"),
        count("edits"),
        count("follow_ups"),
        time("created_at", nullable=False),
        time("single_at"),
        time("last_told_at"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_alerts_chat_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_alerts_story_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint(
            "chat_id", "thread_id", "story_id", name="uq_alerts_chat_id_thread_id_story_id"
        ),
    )
    op.create_index("ix_alerts_carried_by", "alerts", ["carried_by"])
    partial("ix_alerts_pending", "alerts", ["chat_id"], "state = 'pending'")
    partial("ix_alerts_single", "alerts", ["single_at", "chat_id"], "single_at IS NOT NULL")
    op.create_index("ix_alerts_story_id_chat_id", "alerts", ["story_id", "chat_id"])


def _outbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        count("priority"),
        time("created_at", nullable=False),
        time("due_at", nullable=False),
        words("state", "pending"),
        time("lease_until"),
        count("fence"),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("alert_id", ID, nullable=True),
        sa.Column("broadcast_id", ID, nullable=True),
        sa.Column("edits_message", sa.BigInteger(), nullable=True),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        time("slot_at"),
        flag("tell_cap"),
        sa.Column("picture", sa.Text(), nullable=True),
        count("story_version"),
        count("attempts"),
        count("ambiguous"),
        words("reason"),
        time("finished_at"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_deliveries_chat_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"])
    partial(
        "ix_deliveries_chat",
        "deliveries",
        ["chat_id", "priority", "due_at", "id"],
        "state = 'pending'",
    )
    partial("ix_deliveries_finished_at", "deliveries", ["finished_at"], "finished_at IS NOT NULL")
    partial("ix_deliveries_leased", "deliveries", ["lease_until"], "lease_until IS NOT NULL")
    partial("ix_deliveries_order", "deliveries", ["priority", "due_at", "id"], "state = 'pending'")
    partial(
        "uq_deliveries_edit",
        "deliveries",
        ["chat_id", "edits_message"],
        "state = 'pending' AND kind = 'edit'",
        unique=True,
    )
    partial(
        "uq_deliveries_summary",
        "deliveries",
        ["chat_id", "thread_id", "slot_at"],
        "state = 'pending' AND kind = 'summary'",
        unique=True,
    )
    op.create_table(
        "attempts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        time("started_at", nullable=False),
        flag("early"),
        words("outcome"),
        words("detail"),
        time("finished_at"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])
    partial("ix_attempts_open", "attempts", ["delivery_id"], "outcome = ''")
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])


def _rest() -> None:
    op.create_table(
        "updates",
        sa.Column("update_id", ID, autoincrement=False, nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        time("received_at", nullable=False),
        time("handled_at"),
        sa.PrimaryKeyConstraint("update_id", name="pk_updates"),
    )
    partial("ix_updates_unhandled", "updates", ["update_id"], "handled_at IS NULL")
    op.create_table(
        "broadcasts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        words("state", "draft"),
        words("made_by"),
        time("created_at", nullable=False),
        time("finished_at"),
        sa.Column("after_chat", ID, nullable=True),
        count("planned"),
        count("sent"),
        count("failed"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    op.create_table(
        "bans",
        sa.Column("hash", sa.Text(), nullable=False),
        words("reason"),
        words("made_by"),
        time("created_at", nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_bans"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def downgrade() -> None:
    """Migrations only go forward: below the first there is no schema to go back to."""
    raise NotImplementedError("there is no way back: restore a backup")
