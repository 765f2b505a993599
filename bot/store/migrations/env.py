"""What Alembic runs: the steps go through the connection, and the transaction, of `upgrade`."""

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll DDL back, but Alembic takes it for a database that cannot, and would leave
    # half a migration behind.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
