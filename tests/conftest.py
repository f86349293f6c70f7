"""Read by every test run: the harness, and how property tests search."""

import os

from hypothesis import settings

_HARNESS = ("session", "fixtures", "gate", "lanes", "remembered")
pytest_plugins = [*(f"tests.harness.{part}" for part in _HARNESS), "pytester"]

# No deadline anywhere: how long an example takes says something about the machine only. CI repeats itself exactly.
settings.register_profile("local", deadline=None, max_examples=40)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI", "").lower() in ("1", "true") else "local")
