"""Alembic's entry: it always runs on the connection that `run.migrate` opened."""

from alembic import context

import gateway.store.journal_tables
import gateway.store.tables
import gateway.store.tables_books
import gateway.store.tables_differences
import gateway.store.tables_levies
import gateway.store.tables_parts
import gateway.store.tables_reconciliation
import gateway.store.tables_statements  # noqa: F401 - the tables enter themselves in `metadata`
from gateway.store.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
