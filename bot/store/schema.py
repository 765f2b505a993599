"""The tables, as the newest migration leaves them (a test compares).

What only one room reads is a nullable column, not a table. Foreign keys stand where a missing row
would be a bug; `carried_by`, `outlet` and the ids in the ledger have none, because what they name
may be swept first.
"""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text

from bot.store.columns import Id, Json, count, flag, partial, row_id, time, words

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


# ---------------------------------------------------------------- lane 1

feeds = sa.Table(
    "feeds",
    metadata,
    Column("id", sa.Text, primary_key=True),
    # The file's own words.
    words("name", None),
    words("url", None),
    words("language"),
    words("country"),
    words("kind", None),
    words("owner"),
    flag("domestic"),
    words("timezone"),
    words("terms"),
    flag("enabled", default=True),
    words("reason"),
    flag("in_catalogue", default=True),  # False: the file no longer names it
    # What people changed of it; it wins. `added_by`: a feed that was never in the file.
    Column("set_name", sa.Text),
    Column("set_url", sa.Text),
    Column("set_language", sa.Text),
    Column("set_enabled", sa.Boolean),
    Column("set_reason", sa.Text),
    Column("set_by", sa.Text),
    time("set_at"),
    Column("added_by", sa.Text),
    # Where permanent redirects lead, and for how many polls in a row.
    Column("moved_url", sa.Text),
    count("moved_polls"),
    # The poll.
    time("next_poll_at", nullable=False),
    time("lease_until"),
    count("fence"),
    words("etag"),
    words("last_modified"),
    words("body_hash"),
    Column("entry_hashes", Json),  # of the spans the last poll held
    time("first_polled_at"),
    time("last_ok_at"),
    time("last_polled_at"),
    time("without_validators_at"),  # stale ETags exist: once a day a feed is asked without
    count("failures"),
    time("failing_since"),
    words("last_error"),
    time("told_down_at"),  # the operator was told
    Column("rhythm", sa.Text),  # what was learned of when it publishes
    Index("ix_feeds_next_poll_at", "next_poll_at"),
)

items = sa.Table(
    "items",
    metadata,
    row_id(),
    words("outlet", None),
    words("url"),
    words("title"),
    words("summary"),
    words("language"),
    time("published"),
    time("first_seen_at", nullable=False),
    flag("domestic"),
    words("telling", None),
    flag("first_poll"),  # a feed's silent first poll stored it
    time("marked_at"),  # it waits for grouping; cleared with the last batch of alerts
    Column("story_id", Id, ForeignKey("stories.id")),
    Column("score", sa.Float),
    words("why"),
    flag("copy"),
    Column("vector", sa.LargeBinary),  # raw, float32
    Index("ix_items_story_id", "story_id"),
    Index("ix_items_first_seen_at", "first_seen_at"),
    partial("ix_items_marked", "marked_at", "id", where="marked_at IS NOT NULL"),
)

sightings = sa.Table(
    "sightings",
    metadata,
    Column("item_id", Id, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("feed_id", sa.Text, primary_key=True),
    words("guid"),
    words("url"),
    time("first_seen_at", nullable=False),
    time("last_seen_at", nullable=False),
    sqlite_with_rowid=False,
)

item_keys = sa.Table(
    "item_keys",
    metadata,
    Column("kind", sa.Text, primary_key=True),
    Column("scope", sa.Text, primary_key=True),
    Column("value", sa.Text, primary_key=True),  # a digest where the key is long
    Column("item_id", Id, ForeignKey("items.id", ondelete="CASCADE")),  # NULL: void
    time("last_seen_at", nullable=False),
    Index("ix_item_keys_item_id", "item_id"),
    partial("ix_item_keys_title", "value", where="kind = 'title'"),
    sqlite_with_rowid=False,
)

item_tokens = sa.Table(
    "item_tokens",
    metadata,
    Column("token", sa.Text, primary_key=True),
    Column("item_id", Id, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_item_tokens_item_id", "item_id"),
    sqlite_with_rowid=False,
)

queries = sa.Table(
    "queries",
    metadata,
    row_id(),
    words("kind", None),  # words, topic
    Column("text", sa.Text, nullable=False, unique=True),  # normalised; "topic:NAME"
    time("used_at", nullable=False),  # last kept, watched or given up: the sweep goes by it
    CheckConstraint("kind IN ('words', 'topic')", "kind"),
)

hits = sa.Table(
    "hits",
    metadata,
    Column("item_id", Id, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("query_id", Id, ForeignKey("queries.id", ondelete="CASCADE"), primary_key=True),
    Column("spans", Json, nullable=False),
    time("at", nullable=False),  # when the item was published, else first seen
    Index("ix_hits_query_id_at", "query_id", "at"),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- chats

chats = sa.Table(
    "chats",
    metadata,
    row_id(),
    Column("telegram_id", sa.BigInteger, nullable=False, unique=True),
    words("kind", None),
    words("title"),
    words("language", None),
    words("timezone", None),
    words("state", "active"),
    words("state_reason"),
    time("state_at", nullable=False),
    time("created_at", nullable=False),
    time("wait_until"),  # Telegram ordered it
    Column("hourly_cap", sa.Integer),  # NULL: the settings' default
    time("cap_told_at"),
    Column("quiet_hours", Json),
    flag("breaking_passes", default=True),  # also in quiet hours
    Column("asking", Json),  # what the chat's next text answers
    time("owed_latest_since"),
    CheckConstraint("state IN ('active', 'paused', 'muted', 'gone')", "state"),
    partial("ix_chats_owed", "owed_latest_since", where="owed_latest_since IS NOT NULL"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    row_id(),
    Column("chat_id", Id, ForeignKey("chats.id"), nullable=False),
    Column("thread_id", sa.BigInteger, nullable=False, server_default=text("0")),
    Column("query_id", Id, ForeignKey("queries.id"), nullable=False),
    words("mode", None),
    Column("gather_minutes", sa.Integer),  # NULL: the settings' default
    Column("digest_times", Json),
    count("outlets_wanted", 1),
    Column("mutes", Json),
    time("created_at", nullable=False),
    UniqueConstraint("chat_id", "thread_id", "query_id"),
    Index("ix_subscriptions_query_id_chat_id", "query_id", "chat_id"),
)

# ---------------------------------------------------------------- lane 2

stories = sa.Table(
    "stories",
    metadata,
    row_id(),
    count("version"),
    count("outlets"),  # independent ones
    time("breaking_at"),  # when it last gathered outlets unusually fast
    time("created_at", nullable=False),
    time("updated_at", nullable=False),
    Index("ix_stories_updated_at", "updated_at"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    row_id(),
    Column("chat_id", Id, ForeignKey("chats.id"), nullable=False),
    Column("thread_id", sa.BigInteger, nullable=False, server_default=text("0")),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False),
    Column("queries", Json, nullable=False),  # ids of those that were hit when it was made
    Column("carried_by", Id),  # the delivery that tells it
    Column("message_id", sa.BigInteger),  # of its own message, not of a summary
    words("state", "pending"),  # as of the delivery that carries it
    count("version"),  # of the story when it was last planned for
    count("told_version"),  # of the story that its message shows
    count("edits"),
    count("follow_ups"),
    time("created_at", nullable=False),
    time("single_at"),  # planned as a message of its own: counts towards the hourly cap
    time("last_told_at"),
    UniqueConstraint("chat_id", "thread_id", "story_id"),
    Index("ix_alerts_story_id_chat_id", "story_id", "chat_id"),
    Index("ix_alerts_carried_by", "carried_by"),
    partial("ix_alerts_pending", "chat_id", where="state = 'pending'"),
    partial("ix_alerts_single", "single_at", "chat_id", where="single_at IS NOT NULL"),
)

# ---------------------------------------------------------------- lane 3

deliveries = sa.Table(
    "deliveries",
    metadata,
    row_id(),
    Column("chat_id", Id, ForeignKey("chats.id"), nullable=False),
    Column("thread_id", sa.BigInteger, nullable=False, server_default=text("0")),
    words("kind", None),
    count("priority"),
    time("created_at", nullable=False),
    time("due_at", nullable=False),
    words("state", "pending"),
    time("lease_until"),
    count("fence"),
    Column("message_id", sa.BigInteger),  # that Telegram gave
    Column("alert_id", Id),  # what an edit or follow-up is about
    Column("broadcast_id", Id),
    Column("edits_message", sa.BigInteger),
    Column("reply_to", sa.BigInteger),
    Column("payload", Json),  # of answers and broadcasts
    time("slot_at"),  # which summary of the chat it is; due_at moves when a try fails
    flag("tell_cap"),
    Column("picture", sa.Text),
    count("story_version"),  # that the last claim showed
    count("attempts"),
    count("ambiguous"),
    words("reason"),
    time("finished_at"),
    # In the order of claims: an outbox of a million rows is read from its first due row.
    partial("ix_deliveries_order", "priority", "due_at", "id", where="state = 'pending'"),
    partial("ix_deliveries_chat", "chat_id", "priority", "due_at", "id", where="state = 'pending'"),
    partial(
        "uq_deliveries_summary",
        "chat_id",
        "thread_id",
        "slot_at",
        where="state = 'pending' AND kind = 'summary'",
        unique=True,
    ),
    partial(
        "uq_deliveries_edit",
        "chat_id",
        "edits_message",
        where="state = 'pending' AND kind = 'edit'",
        unique=True,
    ),
    partial("ix_deliveries_leased", "lease_until", where="lease_until IS NOT NULL"),
    partial("ix_deliveries_finished_at", "finished_at", where="finished_at IS NOT NULL"),
    Index("ix_deliveries_alert_id", "alert_id"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    row_id(),
    Column("delivery_id", Id, nullable=False),
    Column("fence", sa.Integer, nullable=False),
    time("started_at", nullable=False),
    flag("early"),  # made in the process's first minute: a crash then is not held against it
    words("outcome"),  # "" until known; crash, sent, retry, uncertain, moved, gone, …
    words("detail"),
    time("finished_at"),
    Index("ix_attempts_delivery_id", "delivery_id"),
    Index("ix_attempts_started_at", "started_at"),
    partial("ix_attempts_open", "delivery_id", where="outcome = ''"),
)

# ---------------------------------------------------------------- lane 0, and the rest

updates = sa.Table(
    "updates",
    metadata,
    Column("update_id", Id, primary_key=True, autoincrement=False),
    Column("payload", Json),  # NULL once handled
    time("received_at", nullable=False),
    time("handled_at"),
    partial("ix_updates_unhandled", "update_id", where="handled_at IS NULL"),
)

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    row_id(),
    Column("payload", Json, nullable=False),
    words("state", "draft"),
    words("made_by"),
    time("created_at", nullable=False),
    time("finished_at"),
    Column("after_chat", Id),  # progress: chats up to this id have their delivery
    count("planned"),
    count("sent"),
    count("failed"),
)

bans = sa.Table(
    "bans",
    metadata,
    Column("hash", sa.Text, primary_key=True),  # keyed; the id itself is not kept
    words("reason"),
    words("made_by"),
    time("created_at", nullable=False),
)

# Small facts of the whole house: queries_version, heartbeat, update_offset.
counters = sa.Table(
    "counters",
    metadata,
    Column("name", sa.Text, primary_key=True),
    Column("value", sa.BigInteger, nullable=False),
)
