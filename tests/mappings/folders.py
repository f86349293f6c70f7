"""Where the tables stand."""

from pathlib import Path

DIALECTS = Path(__file__).resolve().parents[2] / "mappings" / "dialects"
