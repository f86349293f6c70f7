import hashlib
import os
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import make_url

from adapters.party import read_profile, setting_name
from gateway import settings
from gateway.security.webhooks import public_of
from tests.docker.compose_file import FOLDER, compose_file, services
from tests.harness.network import child_environment
from tests.rules.tree import ROOT

STEPS = FOLDER / "steps"
WHEEL = "tiny-1.0-py3-none-any.whl"


def step(script: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["sh", str(script), *map(str, arguments)]
    variables = child_environment(PATH=path, PIP_NO_INDEX="1", **environment)
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def make_wheel(folder: Path, needs: str = "") -> Path:
    """A package of one module, as small as a wheel can be."""
    info = "tiny-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n{needs}"
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("tiny.py", "GREETING = 'installed'\n")
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder / WHEEL


def lock_of(wheel: Path, digest: str) -> Path:
    lock = wheel.with_name("lock.txt")
    lock.write_text(f"{wheel} --hash=sha256:{digest}\n", encoding="ascii")
    return lock


@pytest.fixture
def health() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/well" else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base
            """Said nowhere."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_wheels_sh_takes_what_the_lock_names_and_install_sh_makes_an_environment_of_it(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    lock = lock_of(wheel, hashlib.sha256(wheel.read_bytes()).hexdigest())
    made = step(STEPS / "wheels.sh", lock, tmp_path / "wheels")
    assert made.returncode == 0, made.stderr
    installed = step(STEPS / "install.sh", tmp_path / "wheels", tmp_path / "venv")
    assert installed.returncode == 0, installed.stderr
    python = tmp_path / "venv" / "bin" / "python"
    said = subprocess.run(
        [python, "-c", "import tiny; print(tiny.GREETING)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "installed\n"
    assert not (tmp_path / "venv" / "bin" / "pip").exists()


def test_wheels_sh_refuses_what_is_not_what_was_locked(tmp_path: Path) -> None:
    made = step(STEPS / "wheels.sh", lock_of(make_wheel(tmp_path), "0" * 64), tmp_path / "wheels")
    assert made.returncode != 0
    assert "HASH" in made.stderr.upper()
    assert list((tmp_path / "wheels").iterdir()) == []


def test_install_sh_fails_where_a_wheel_wants_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    make_wheel(tmp_path / "wheels", needs="Requires-Dist: absent\n")
    installed = step(STEPS / "install.sh", tmp_path / "wheels", tmp_path / "venv")
    assert installed.returncode != 0
    assert "absent" in installed.stdout + installed.stderr


def test_user_sh_makes_a_user_with_one_folder_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for name in ("passwd", "group"):
        (tmp_path / "etc" / name).write_text("root:x:0:\n", encoding="ascii")
    done = step(STEPS / "user.sh", tmp_path, OWNER=f"{os.getuid()}:{os.getgid()}")
    assert done.returncode == 0, done.stderr
    entry = (tmp_path / "etc" / "passwd").read_text(encoding="ascii").splitlines()[-1].split(":")
    assert (entry[0], entry[2], entry[-1]) == ("gateway", "10001", "/usr/sbin/nologin")
    folder = tmp_path / "var" / "lib" / "gateway"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_compile_sh_leaves_byte_code_that_does_not_ask_for_the_time_of_the_source(tmp_path: Path) -> None:
    shutil.copy(ROOT / "gateway" / "points.py", tmp_path)
    done = step(STEPS / "compile.sh", tmp_path)
    assert done.returncode == 0, done.stderr
    (code,) = (tmp_path / "__pycache__").iterdir()
    assert int.from_bytes(code.read_bytes()[4:8], "little") == 1  # PEP 552: by hash, unchecked


@pytest.mark.parametrize(("path", "status"), [("/well", 0), ("/ill", 1)])
def test_healthcheck_py_says_whether_a_process_is_well(health: str, path: str, status: int) -> None:
    command = [sys.executable, str(STEPS / "healthcheck.py"), health + path]
    assert subprocess.run(command, env=child_environment(), check=False).returncode == status


def test_healthcheck_py_finds_nobody_home(free_port: int) -> None:
    command = [sys.executable, str(STEPS / "healthcheck.py"), f"http://127.0.0.1:{free_port}/health/ready"]
    assert subprocess.run(command, env=child_environment(), check=False).returncode == 1


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    done = step(FOLDER / "secrets.sh", tmp_path / "secrets")
    assert done.returncode == 0, done.stderr
    return tmp_path / "secrets"


def test_secrets_sh_makes_every_file_that_compose_wants_behind_one_closed_door(secrets: Path) -> None:
    wanted = {Path(each["file"]).name for each in compose_file()["secrets"].values()}
    assert {path.name for path in secrets.iterdir()} == wanted
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o644}


def test_secrets_sh_writes_settings_that_the_gateway_takes(secrets: Path, tmp_path: Path) -> None:
    environment = {"SECRETS_FILE": str(secrets / "gateway.toml"), "VAR_DIR": str(tmp_path)}
    given = settings.read(environment)
    address = make_url(given.database)
    service = services()["postgres"]["environment"]
    assert (address.host, address.username, address.database) == (
        "postgres",
        service["POSTGRES_USER"],
        service["POSTGRES_DB"],
    )
    assert address.password == (secrets / "postgres_password").read_text(encoding="ascii").strip()
    assert str(address.password) not in str(settings.masked(given))


def test_secrets_sh_gives_every_party_of_the_demonstration_a_secret(secrets: Path) -> None:
    given = tomllib.loads((secrets / "gateway.toml").read_text(encoding="ascii"))
    parties = [read_profile(path).id for path in sorted((ROOT / "mappings").glob("*/*/party.yaml"))]
    expected = {setting_name(party, "SECRET").lower() for party in parties}
    assert {name for name in given if name.startswith("party_")} == expected
    assert public_of(given["party_demo_platform_secret"]).startswith("whpk_")


def test_secrets_sh_makes_a_certificate_for_the_name_under_which_the_gateway_is_known(secrets: Path) -> None:
    certificate = x509.load_pem_x509_certificate((secrets / "tls.crt").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = set(names.get_values_for_type(x509.DNSName))
    address = str(services()["gateway-1"]["environment"]["PUBLIC_URL"])
    assert address.split("/")[2].partition(":")[0] in known
    assert set(services()["nginx"]["networks"]["inside"]["aliases"]) <= known


def test_secrets_sh_changes_nothing_that_is_there(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    assert step(FOLDER / "secrets.sh", secrets).returncode == 0
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


def test_the_folder_of_secrets_is_never_versioned() -> None:
    assert "/secrets/" in (FOLDER / ".gitignore").read_text(encoding="ascii").splitlines()
