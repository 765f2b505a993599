"""kazwatch: watches the world's news for Kazakhstan and tells people on Telegram."""

__version__ = "0.1.0"
