"""Benchmarks, each beside its floor and its peer. They drive the gateway from outside and import neither half."""
