"""Runs the steps on the connection that is given, within its transaction."""

from alembic import context

from authz.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
