"""From the web to entries: what may be fetched, fetching, reading, and when to look again."""
