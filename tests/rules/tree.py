"""The files of the project: what is versioned, and what is about to be."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("gateway", "adapters", "commands", "sandbox", "bench", "tests", "scripts")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that git versions or would add; without git (an unpacked archive) every file not hidden."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
        names = sorted(set(filter(None, listed.split("\0"))))
    else:
        names = sorted(_unhidden())
    return tuple(path for path in (ROOT / name for name in names) if path.is_file())


def _unhidden() -> Iterator[str]:
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        if not any(part.startswith(".") or part in ("var", "__pycache__") for part in relative.parts):
            yield str(relative)


def code_files() -> tuple[Path, ...]:
    """Every Python file of ours."""
    return tuple(path for path in project_files() if path.suffix == ".py" and _is_ours(path))


def _is_ours(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    return relative.parts[0] in CODE or relative == Path("app.py")


def shown(path: Path) -> str:
    """The path as a reader of the project names it."""
    return path.relative_to(ROOT).as_posix()
