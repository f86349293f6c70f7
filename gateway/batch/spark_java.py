"""The Java that Spark runs on. Standard library only: the set-up asks here too, before anything is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 17
"""The oldest Java that Spark 4 runs on."""
INSTALL = "make setup-java"
"""What installs one (as root)."""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_PATIENCE = 30


def java() -> Path | None:
    """The program that Spark's own scripts would start: that of JAVA_HOME, else the first on the path."""
    home = os.environ.get("JAVA_HOME")
    found = f"{home}/bin/java" if home else shutil.which("java")
    return Path(found) if found and os.access(found, os.X_OK) else None


def version(program: Path) -> int:
    """Which Java it is, 17 for 17.0.15; 0 where it does not say."""
    try:
        said = subprocess.run(  # noqa: S603 - the program that the path or JAVA_HOME names, without arguments of others
            [program, "-version"], capture_output=True, text=True, errors="replace", check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _VERSION.search(said.stderr)
    return int(found[1]) if found else 0


def lacking() -> str:
    """What is wrong with the Java of this machine, and what to do; empty where Spark can run."""
    program = java()
    if program is None:
        where = "at JAVA_HOME" if os.environ.get("JAVA_HOME") else "on the path"
        return f"Spark needs Java {OLDEST} or newer and there is none {where}: {INSTALL}"
    found = version(program)
    if found < OLDEST:
        return f"Spark needs Java {OLDEST} or newer, and {program} is {found or 'none that answers'}: {INSTALL}"
    return ""
