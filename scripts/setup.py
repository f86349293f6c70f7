"""Create or refresh the virtual environment from the lock files; needs nothing but a bare Python.

Usage: setup.py runtime|dev [VENV]

Several runs at once wait for one another. What is installed is remembered by the hash of the lock file, so that a
second run costs a few milliseconds. An interpreter that is too old gets as far as being told so in words.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is what makes the minimum version the minimum
    sys.exit(
        f"This project needs Python 3.11 or newer, and this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Name a newer one: make PYTHON=python3.12 ..."
    )

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"runtime": ("runtime",), "dev": ("runtime", "dev")}  # the dev lock holds the runtime's pins too


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def fingerprint(name: str) -> str:
    """The hash of everything that decides what an installed `name` environment holds."""
    digest = hashlib.sha256(sys.version.encode())
    for part in LOCKS[name]:
        digest.update((ROOT / "requirements" / f"{part}.txt").read_bytes())
    return digest.hexdigest()


@contextmanager
def alone(venv: Path) -> Iterator[None]:
    """Hold the set-up lock of this environment; a second run waits here."""
    with venv.with_name(venv.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up is under way, waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(what: str, *command: str) -> None:
    """Run one step; its output is shown only when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\nsetup: could not {what} (exit status {done.returncode}); the output is above.")


def make_venv(venv: Path) -> None:
    """Make an empty environment of this interpreter in place of whatever stands there."""
    say(f"creating {venv.name} with Python {sys.version.split()[0]}")
    shutil.rmtree(venv, ignore_errors=True)
    run(f"create {venv.name} (on Debian and Ubuntu: install python3-venv)", sys.executable, "-m", "venv", str(venv))


def usable(venv: Path) -> bool:
    """Whether the environment has a Python of this version that starts; a moved or half-made one has not."""
    python = venv / "bin" / "python"
    if not python.exists():
        return False
    probe = [str(python), "-c", "import sys, pip; print(sys.version)"]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


def stamp(venv: Path, name: str) -> Path:
    """Where the environment remembers what was installed."""
    return venv / f"installed-{name}"


def is_current(venv: Path, name: str) -> bool:
    """Whether `name` is installed as its lock says."""
    mark = stamp(venv, name)
    return mark.is_file() and mark.read_text() == fingerprint(name) and (venv / "bin" / "python").exists()


def install(venv: Path, name: str) -> None:
    """Install the lock `name` by hash, and remember that of everything it covers."""
    say(f"installing the {name} dependencies (hash-locked; the first time takes a minute or two)")
    for mark in venv.glob("installed-*"):
        mark.unlink()
    lock = f"requirements/{name}.txt"
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    run(f"install {lock}", *pip, "--require-hashes", "--requirement", lock)
    for covered in ("runtime", name):
        stamp(venv, covered).write_text(fingerprint(covered))
    say(f"{name} dependencies are ready")


def main(name: str, venv: Path) -> None:
    """Bring `venv` up to the lock `name`; does nothing where it is already there."""
    if is_current(venv, name):
        return
    with alone(venv):
        if is_current(venv, name):
            return
        wanted = (
            "dev" if stamp(venv, "dev").exists() else name
        )  # a refresh for `run` does not take the tests' tools away
        if not usable(venv):
            make_venv(venv)
        install(venv, wanted)


if __name__ == "__main__":
    name, venv = (*sys.argv[1:], str(ROOT / ".venv"))[:2] if len(sys.argv) > 1 else ("", "")
    if name not in LOCKS:
        sys.exit(__doc__)
    main(name, Path(venv).absolute())
