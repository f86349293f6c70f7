"""Between documents and canonical records: JSON, our own typed contract, and the tables of every other dialect."""
