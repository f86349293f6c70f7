"""Create or refresh the virtual environment from the lock files; needs nothing but a bare Python.

Usage: setup.py runtime|dev|spark [VENV]

Several runs at once wait for one another. What is installed is remembered by the hash of the lock file, so that a
second run costs a few milliseconds. The environment is made with the quickest interpreter of this one's version that
the machine has (scripts/interpreter.py); with this one where PYTHON names it. `spark` comes on top of one of the
others, and only where there is a Java for it: elsewhere the run says how to get one and goes on, but fails in
continuous integration (CI=true). An interpreter that is too old gets as far as being told so in words.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is what makes the minimum version the minimum
    sys.exit(
        f"This project needs Python 3.11 or newer, and this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Name a newer one: make PYTHON=python3.12 ..."
    )

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import interpreter

ROOT = Path(__file__).resolve().parent.parent
# The dev lock holds the runtime's pins too.
LOCKS = {"runtime": ("runtime",), "dev": ("runtime", "dev"), "spark": ("spark",)}


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def fingerprint(name: str) -> str:
    """The hash of everything beside the interpreter that decides what an installed `name` environment holds."""
    digest = hashlib.sha256()
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


def was_named() -> bool:
    """Whether whoever runs this chose the interpreter (make PYTHON=...)."""
    return "PYTHON" in os.environ


def make_venv(venv: Path) -> None:
    """Make an empty environment in place of whatever stands there."""
    shutil.rmtree(venv, ignore_errors=True)
    quickest = Path(sys.executable) if was_named() else interpreter.quickest()
    if quickest != Path(sys.executable):
        make_of_another(quickest, venv)
        return
    say(f"creating {venv.name} with Python {sys.version.split()[0]}")
    run(f"create {venv.name} (on Debian and Ubuntu: install python3-venv)", sys.executable, "-m", "venv", str(venv))


def make_of_another(python: Path, venv: Path) -> None:
    """Make an empty environment of another interpreter, which may lack a pip of its own, with the pip of this one."""
    say(f"creating {venv.name} with {python}, quicker than {sys.executable} (name one to choose: make PYTHON=python3)")
    run(f"create {venv.name}", str(python), "-m", "venv", "--without-pip", str(venv))
    wheel = str(interpreter.installer())
    run("install pip", str(venv / "bin" / "python"), f"{wheel}/pip", "install", "--no-index", wheel)


def suits(version: str) -> bool:
    """Whether an environment of that interpreter (as `sys.version` has it) is what was asked for."""
    return version == sys.version.strip() if was_named() else version.startswith(f"{interpreter.MINOR}.")


def version_of(venv: Path) -> str:
    """The version of the environment's Python, or nothing where none starts: a moved or half-made one does not."""
    probe = [str(venv / "bin" / "python"), "-c", "import sys, pip; print(sys.version)"]
    if not Path(probe[0]).exists():
        return ""
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if answer.returncode else answer.stdout.strip()


def stamp(venv: Path, name: str) -> Path:
    """Where the environment remembers what was installed."""
    return venv / f"installed-{name}"


def is_current(venv: Path, name: str) -> bool:
    """Whether `name` is installed as its lock says, for an interpreter as asked for."""
    mark = stamp(venv, name)
    version, _, locks = mark.read_text().partition("\n") if mark.is_file() else ("", "", "")
    return locks == fingerprint(name) and suits(version) and (venv / "bin" / "python").exists()


def remember(venv: Path, name: str) -> None:
    """Note for which interpreter `name` was installed, and what its lock said."""
    stamp(venv, name).write_text(f"{version_of(venv)}\n{fingerprint(name)}")


def install(venv: Path, name: str) -> None:
    """Install the lock `name` by hash, and remember that of everything it covers."""
    say(f"installing the {name} dependencies (hash-locked; the first time takes a minute or two)")
    for mark in venv.glob("installed-*"):
        mark.unlink()
    lock = f"requirements/{name}.txt"
    run(f"install {lock}", *pip(venv), "--require-hashes", "--requirement", lock)
    for covered in ("runtime", name):
        remember(venv, covered)
    say(f"{name} dependencies are ready")


def add_spark(venv: Path) -> None:
    """Install the second engine on top of what is there.

    It is published as source only. What builds it comes from the lock too, and first: pip would fetch a builder of its
    own choice, and ask no hash of it.
    """
    say("installing Spark (hash-locked; 450 MB, a minute or two the first time)")
    lock = (ROOT / "requirements" / "spark.txt").read_text(encoding="ascii")
    builder = re.sub(r"(?ms)^(?!setuptools==)\S+==.*?(?=^\S|\Z)", "", lock)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "builder.txt").write_text(builder, encoding="ascii")
        run("install what builds Spark", *pip(venv), "--require-hashes", "--requirement", f"{folder}/builder.txt")
    options = ("--no-build-isolation", "--no-compile", "--require-hashes")
    run("install requirements/spark.txt", *pip(venv), *options, "--requirement", "requirements/spark.txt")
    remember(venv, "spark")
    say("Spark is ready")


def pip(venv: Path) -> tuple[str, ...]:
    """The installer of this environment."""
    return (str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install")


def lacks_java() -> bool:
    """Whether Spark could not run here anyway: said with what to do, and the end of a run of continuous integration."""
    sys.path.insert(0, str(ROOT))
    from gateway.batch import spark_java  # noqa: PLC0415 - needs the path that the line before sets

    lacking = spark_java.lacking()
    if lacking and os.environ.get("CI", "").lower() in ("1", "true"):
        sys.exit(f"setup: {lacking}")
    if lacking:
        say(f"{lacking}. What is computed on Spark is left out meanwhile.")
    return bool(lacking)


def main(name: str, venv: Path) -> None:
    """Bring `venv` up to the lock `name`; does nothing where it is already there."""
    if name == "spark" and lacks_java():
        return
    if is_current(venv, name):
        return
    with alone(venv):
        if is_current(venv, name):
            return
        if not suits(version_of(venv)):
            make_venv(venv)
        if name == "spark":
            add_spark(venv)
        else:  # a refresh for `run` does not take the tests' tools away
            install(venv, "dev" if stamp(venv, "dev").exists() else name)


if __name__ == "__main__":
    name, venv = (*sys.argv[1:], str(ROOT / ".venv"))[:2] if len(sys.argv) > 1 else ("", "")
    if name not in LOCKS:
        sys.exit(__doc__)
    main(name, Path(venv).absolute())
