"""What PostgreSQL's planner knows of our tables, kept near to what they hold while they grow quickly."""

from sqlalchemy import text

from gateway.store.columns import metadata
from gateway.store.work import Tx

# The server's own housekeeping looks once a minute, at a tenth of growth; what is planned before stays planned.
_OUTGROWN = text("""
    SELECT quote_ident(known.relname)
    FROM pg_stat_user_tables AS known JOIN pg_class ON pg_class.oid = known.relid
    WHERE known.schemaname = current_schema() AND known.relname = ANY(:ours)
    AND known.n_live_tup >= :least AND known.n_live_tup > 2 * greatest(pg_class.reltuples, 0)
    ORDER BY 1
""")
_LEAST_ROWS = 50


def count_outgrown(tx: Tx) -> int:
    """Have the tables counted that hold twice the rows they were last planned with; how many there were.

    Statements of ours that were planned for fewer rows are planned anew by that. Nothing on SQLite, and nothing for a
    role that does not own the tables: there only the server's own housekeeping counts.
    """
    if not tx.is_postgresql:
        return 0
    asked = {"ours": sorted(metadata.tables), "least": _LEAST_ROWS}
    names = tx.connection.execute(_OUTGROWN, asked).scalars().all()
    if names:
        # To choose between indexes a tenth of the usual sample is enough; the server's own counting is finer.
        tx.connection.execute(text("SET LOCAL default_statistics_target = 10"))
        tx.connection.execute(text(f"ANALYZE (SKIP_LOCKED) {', '.join(names)}"))
    return len(names)
