"""How a database comes to the present shape, step by step (Alembic)."""
