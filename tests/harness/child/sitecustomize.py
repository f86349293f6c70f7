"""Read by every Python that a test starts: puts the loopback guard into it before its own code runs."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parent.parent / "network.py"))["install"]()
