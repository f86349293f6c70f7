"""Which of the machine's interpreters builds the environment: the quickest of one version.

A Python that was built without the compiler's profile is a quarter to a third slower at everything this project does,
and a machine often has both kinds (one from its distribution, one that somebody compiled). What an interpreter says of
its own build is not to be relied on, so each does the same small work, once, when an environment is made.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
# Another interpreter has to be quicker by a tenth: less is within what two runs of one interpreter differ by.
WORTH_IT = 0.9
ROUNDS = 8
# Everything the project or its tools import of the library, where distributions leave parts out; then the best of five.
WORK = """
import bz2, ctypes, lzma, sqlite3, ssl, venv, zlib
from time import process_time
class Row:
    def __init__(self, key): self.key, self.parts = key, {}
def work():
    start, seen = process_time(), {}
    for n in range(20_000):
        row = Row(f"{n % 97:05d}")
        row.parts[row.key] = row.key.strip("0").encode()
        seen[row.key] = seen.get(row.key, 0) + len(row.parts)
    return process_time() - start
print(min(work() for _ in range(5)))
"""


def others() -> list[Path]:
    """The interpreters of this version on PATH beside the one that runs; not the scripts that stand in front of one."""
    found = {Path(folder) / f"python{MINOR}" for folder in os.environ.get("PATH", "").split(os.pathsep) if folder}
    own = Path(sys.executable).resolve()
    real = {path.resolve() for path in found if path.is_file()} - {own}
    return sorted(path for path in real if path.read_bytes()[:2] != b"#!")


def seconds(python: Path) -> float:
    """How long the work takes there; endless where it cannot be done."""
    try:
        done = subprocess.run([str(python), "-Ic", WORK], capture_output=True, text=True, check=True, timeout=30)
        return float(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return float("inf")


def quickest() -> Path:
    """The interpreter to build with: this one, unless another of its version is quicker by a tenth or more."""
    own = Path(sys.executable)
    if installer() is None:
        return own
    best = dict.fromkeys((own, *others()), float("inf"))
    for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine is nobody's alone
        best = {python: min(known, seconds(python)) for python, known in best.items()}
    quick = min(best, key=best.__getitem__)
    return quick if best[quick] < WORTH_IT * best[own] else own


def installer() -> Path | None:
    """The pip that comes with this interpreter, as a file that another can run; distributions leave theirs out."""
    known = importlib.util.find_spec("ensurepip")
    folder = Path(known.origin).parent / "_bundled" if known and known.origin else Path("absent")
    return next(folder.glob("pip-*.whl"), None)
