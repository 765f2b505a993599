"""The demo: sample feeds, a local Bot API server, and a chat page in the browser for it."""
