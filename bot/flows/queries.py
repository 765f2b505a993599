"""The matcher, kept equal to the queries in the store."""

from __future__ import annotations

from bot.matching.matcher import Matcher
from bot.matching.query import QueryRefused, parse_query
from bot.ops import logs
from bot.store import chats
from bot.store.db import Database

log = logs.get(__name__)


class LiveMatcher:
    """A matcher that follows what chats add and remove, without a rebuild.

    The version in the database rises with every change of queries, whoever makes it.
    """

    def __init__(self, db: Database, matcher: Matcher) -> None:
        self.matcher = matcher
        self._db = db
        self._version = -1
        self._held: dict[int, str] = {}

    async def follow(self) -> None:
        """Take up what changed since the last call."""
        version = await chats.queries_version(self._db)
        if version == self._version:
            return
        wanted = dict(await chats.active_queries(self._db))
        for query_id in self._held.keys() - wanted.keys():
            self.matcher.discard(query_id)
        for query_id in wanted.keys() - self._held.keys():
            query = parse_query(wanted[query_id])
            if isinstance(query, QueryRefused):  # a stricter grammar than the one that saved it
                log.error("query refused", query=query_id, reason=query.reason)
            else:
                self.matcher.add(query_id, query)
        self._held, self._version = wanted, version
