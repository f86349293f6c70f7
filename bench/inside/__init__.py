"""Benchmarks of the engine alone, in this process: no server, no database, the functions that the gateway calls."""
