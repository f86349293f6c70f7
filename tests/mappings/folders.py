"""Where the tables stand."""

import os
from pathlib import Path

MAPPINGS = Path(os.environ.get("TRIED_MAPPINGS", Path(__file__).resolve().parents[2] / "mappings"))
"""The folder whose dialects are tried: that of the project, or the copy that a test says."""
DIALECTS = MAPPINGS / "dialects"
