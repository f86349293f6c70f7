"""What is counted in millions: files read by column plans, on an embedded engine (DuckDB), in bounded memory.

Nothing here knows dialects, parties or the store: it is handed plain data (`gateway.model.column_plan`), and leaves
files behind.
"""
