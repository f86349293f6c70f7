"""Install the Java that Spark needs, as root on Debian or Ubuntu; needs nothing but a bare Python.

Usage: java.py. Does nothing where a Java that is new enough is there already.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from gateway.batch import spark_java

# The first that the system knows: which one it has depends on its age. A runtime without windows is enough.
PACKAGES = ("openjdk-17-jre-headless", "openjdk-21-jre-headless", "openjdk-25-jre-headless")


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"setup-java: {text}", file=sys.stderr, flush=True)


def known() -> str:
    """The package to install; empty where the system knows none of them."""
    for package in PACKAGES:
        shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)  # noqa: S607 - the system's
        if shown.returncode == 0:
            return package
    return ""


def run(*command: str) -> None:
    """Run one step of the system's package manager; its output is seen."""
    say(" ".join(command))
    if subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False).returncode:
        sys.exit(f"setup-java: `{' '.join(command)}` failed; what it said is above.")


def install(*, root: bool) -> None:
    """Install the first package that is known; SystemExit says what to do where that is not possible."""
    if shutil.which("apt-get") is None:
        sys.exit(
            f"setup-java: this system has no apt-get: install a Java runtime {spark_java.OLDEST} or newer by its own "
            "means (on Fedora: dnf install java-21-openjdk-headless), or let JAVA_HOME name one."
        )
    if not root:
        sys.exit("setup-java: only root can install packages: sudo make setup-java")
    package = known()
    if not package:
        run("apt-get", "update")
        package = known() or PACKAGES[0]
    run("apt-get", "install", "--yes", "--no-install-recommends", package)


def main(arguments: Sequence[str]) -> None:
    """Install, unless there is one."""
    if arguments:
        sys.exit(__doc__)
    if spark_java.lacking():
        install(root=os.geteuid() == 0)
    lacking = spark_java.lacking()
    if lacking:
        sys.exit(f"setup-java: {lacking}. A JAVA_HOME that names an older one wins over what is installed: unset it.")
    say(f"{spark_java.java()} is Java {spark_java.OLDEST} or newer")


if __name__ == "__main__":
    main(sys.argv[1:])
