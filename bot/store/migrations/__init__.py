"""The schema's steps: an ordered list, each in one transaction, never edited once released.

Alembic is imported here only when there is a step to take.
"""

from pathlib import Path

from sqlalchemy import Connection

REVISIONS = ("0001",)
HEAD = REVISIONS[-1]
HERE = Path(__file__).parent


def upgrade(connection: Connection, location: Path = HERE) -> None:
    """Take every step that the database lacks, inside the transaction that is open."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
