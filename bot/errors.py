"""The exceptions that are ours.

KazwatchError
├── SettingsError     a setting, file or option is wrong: exit code 2
├── StoreError        the database cannot be used as it is: exit code 2
│   ├── StoreBusyError   another process holds it
│   └── StoreNewerError  its schema is newer than this code
├── TokenError        Telegram refuses the token at start: exit code 2
└── OtherInstanceError  two processes with one token: exit code 2

Expected failures of feeds, documents and sends are values (``model``), never exceptions.
Each message is one sentence for the person who can mend it.
"""


class KazwatchError(Exception):
    """Base of all; the text is printed as it is, without a traceback."""


class SettingsError(KazwatchError):
    """Names file, key and what would be right."""


class StoreError(KazwatchError):
    """The database cannot be used as it is."""


class StoreBusyError(StoreError):
    """Another process holds the database."""


class StoreNewerError(StoreError):
    """The database was migrated by a newer version."""


class TokenError(KazwatchError):
    """Telegram refuses the token; the text never contains it."""


class OtherInstanceError(KazwatchError):
    """Another process answers for the same token."""
