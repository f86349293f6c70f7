"""`make run`: prepare, start gateway, worker and sandbox, enrol one demo worker, show what to try next, stay up."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from commands.bootstrap import Keys, prepare
from commands.demo import Api, enrolled_before, enrolment, fetch_token, follow
from commands.listening import check_free
from gateway.errors import GatewayError
from gateway.security.keyfile import create_once
from gateway.settings import LEFT_BY_RUN, Settings, given_for_parties
from gateway.store import migrate

ROOT = Path(__file__).resolve().parent.parent
_DEMO_SECONDS = 60
_START_SECONDS = 30
_PROVINCES = ("zhejiang", "beijing", "tianjin", "guangdong", "hunan")
_SANDBOX_PATHS = {
    **{name: f"/{name}/soap" for name in _PROVINCES},
    "hunan": "/hunan/sbzhpt/MainServlet",
    "medical-zhejiang": "/medical-zhejiang/soap",
    "medical-hunan": "/medical-hunan/prm",
    **{f"tax-{name}": f"/tax/{name}" for name in _PROVINCES},
    "treasury-hunan": "/treasury/hunan",
    "card-hubei": "/card/hubei/CardService",
    "demo-platform": "/platform/demo-platform/webhook",
}


def _variable(party: str) -> str:
    return party.upper().replace("-", "_")


def say(text: str) -> None:
    """One line of progress."""
    click.echo(text)


def sandbox_addresses(port: int) -> dict[str, str]:
    """PARTY_<ID>_URL of every party that the sandbox plays."""
    return {f"PARTY_{_variable(party)}_URL": f"http://127.0.0.1:{port}{path}" for party, path in _SANDBOX_PATHS.items()}


def statement_secrets() -> dict[str, str]:
    """PARTY_<ID>_STATEMENT_SECRET of every bureau that the sandbox plays: it signs its statements with it."""
    bureaus = [party for party in _SANDBOX_PATHS if party.startswith("tax-")]
    return {f"PARTY_{_variable(party)}_STATEMENT_SECRET": f"sandbox-statements-{party}" for party in bureaus}


def sandbox_command(settings: Settings) -> list[str]:
    """How the counterparties are started."""
    return [sys.executable, "-m", "sandbox", "--port", str(settings.sandbox), "--callback", settings.here]


def leave_settings(settings: Settings, keys: Keys) -> None:
    """Write what every process of the run, and every command given while it stands, has in common."""
    webhook_secret = keys.webhooks.read_text().strip()
    secrets = {f"PARTY_{_variable(party)}_SECRET": f"sandbox-{party}" for party in _SANDBOX_PATHS}
    common = {
        "port": settings.port,
        # As they were given: those that follow from PORT move with it, also where the folder has seen a run before.
        "worker_port": settings.worker_port,
        "sandbox_port": settings.sandbox_port,
        "database_url": settings.database,
        "rules_dir": settings.rules_dir or str(ROOT / "mappings" / "demo-rules"),
        "public_url": settings.public_url,
        "batch_url": settings.batch_url,
        "second_person_above": settings.second_person_above,
        **sandbox_addresses(settings.sandbox),
        **secrets,
        **statement_secrets(),
        "PARTY_DEMO_PLATFORM_SECRET": webhook_secret,
        # The processes of the run are given these by its environment, which other commands do not have.
        **given_for_parties(),
    }
    lines = "".join(f"{name.lower()} = {json.dumps(value)}\n" for name, value in common.items())
    path = settings.var / LEFT_BY_RUN
    path.unlink(missing_ok=True)
    create_once(path, lines.encode())


def once_asked() -> bool:
    """Whether `make run ONCE=1` was asked for."""
    return os.environ.get("ONCE", "") not in {"", "0"}


def run(settings: Settings, *, once: bool) -> int:
    """Everything from nothing to a finished demo case; the exit code. With `once` the processes end with the demo."""
    began = time.monotonic()
    # Whoever ends this process ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Before anything is left behind: a run that stands in this folder would lose its settings.
    _check_ports(settings)
    say(f"[1/5] keys and callers in {_shown(settings.var)}")
    keys = prepare(settings)
    leave_settings(settings, keys)
    say(f"[2/5] database: {'SQLite' if settings.database.startswith('sqlite') else 'PostgreSQL'}")
    migrate(settings.database)
    with processes(settings):
        say("[4/5] one worker enrols: works in Hangzhou (Zhejiang), registered in Changsha (Hunan)")
        completed = _demo(settings, keys)
        say(f"[5/5] {'done' if completed else 'NOT COMPLETED'} after {time.monotonic() - began:.1f} s")
        if not once:
            _next_steps(settings, keys)
            _wait_for_ctrl_c()
    return 0 if completed else 1


@contextmanager
def processes(settings: Settings) -> Iterator[None]:
    """The three processes, ready to be used; ended with the block."""
    say(f"[3/5] sandbox on {settings.sandbox}, gateway on {settings.port}, worker on {settings.worker}")
    shared = {**statement_secrets(), **os.environ, "VAR_DIR": str(settings.var)}
    commands = {
        "sandbox": [*sandbox_command(settings), "--pay-after", "0.5", "--decide-after", "1"],
        "gateway": [sys.executable, "app.py", "serve"],
        "worker": [sys.executable, "app.py", "worker"],
    }
    _check_ports(settings)
    logs = settings.var / "log"
    logs.mkdir(parents=True, exist_ok=True)
    started = {name: _start(command, shared, logs / f"{name}.log") for name, command in commands.items()}
    try:
        _wait_until_ready(settings, started, logs)
        yield
    finally:
        _stop(started)


def _check_ports(settings: Settings) -> None:
    ports = {"SANDBOX_PORT": settings.sandbox, "PORT": settings.port, "WORKER_PORT": settings.worker}
    check_free(settings.bind, ports)


def _start(command: Sequence[str], shared: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(command, cwd=ROOT, env=shared, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - our own programs


def _wait_until_ready(settings: Settings, started: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> None:
    addresses = {
        "sandbox": f"http://127.0.0.1:{settings.sandbox}/_control/health",
        "gateway": f"{settings.here}/health/ready",
        "worker": f"http://127.0.0.1:{settings.worker}/health/ready",
    }
    end = time.monotonic() + _START_SECONDS
    for name, address in addresses.items():
        while not _answers(address):
            if started[name].poll() is not None or time.monotonic() > end:
                last = "\n".join((logs / f"{name}.log").read_text(errors="replace").splitlines()[-5:])
                raise GatewayError("unavailable", reason=f"the {name} did not start; its log ends:\n{last}")
            time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own processes
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own word for yes
    except (urllib.error.URLError, OSError):
        return False


def _stop(started: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for process in started.values():
        process.send_signal(signal.SIGTERM)
    for process in started.values():
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _demo(settings: Settings, keys: Keys) -> bool:
    api = Api(settings.here, fetch_token(settings, keys, "demo-platform", settings.here))
    asked = enrolment(datetime.now(UTC))
    answer = api.call("POST", "/v1/enrolments", asked)
    if "case" not in answer:
        if answer.get("code") == "already_reserved":
            return _shown_again(api, asked["worker"])
        say(f"    refused: {answer.get('title')} {answer.get('errors')}")
        return False
    _show_acceptance(answer)
    view = follow(api, answer["case"], _DEMO_SECONDS, say)
    return bool(view["status"] == "completed")


def _shown_again(api: Api, worker: Mapping[str, Any]) -> bool:
    say("    this VAR_DIR has enrolled the demo worker before; here is that case again")
    view = follow(api, enrolled_before(api, worker), _DEMO_SECONDS, say)
    return bool(view["status"] == "completed")


def _show_acceptance(answer: dict[str, Any]) -> None:
    say(f"    202 {answer['case']} ({answer['status']})")
    for item in answer["determination"]:
        say(f"    {item['insurance']}: {item['agency']}, {item['tax_office']}")
    for levy in answer["levies"]:
        say(f"    {levy['insurance']}: {levy['amount']} yuan for {levy['from']} to {levy['to']}, due {levy['due']}")


def _next_steps(settings: Settings, keys: Keys) -> None:
    token = fetch_token(settings, keys, "demo-platform", settings.here)
    program = command_here(settings)
    say("\nTry next:")
    say(f"  curl -s -H 'Authorization: Bearer {token}' {settings.url}/v1/cases")
    say(f"  {program} case list")
    say(f"  curl -s '{settings.url}/soap/gateway?wsdl' | head")
    say("Statements of tax bureaus are signed with sandbox-statements-PARTY, such as sandbox-statements-tax-hunan.")
    say(f"\nThe token lasts ten minutes; `{program} token demo-platform` prints another. Ctrl-C ends everything.")


def command_here(settings: Settings) -> str:
    """How a command for this very run begins: with its VAR_DIR and PORT, since several runs can stand side by side."""
    where = "" if settings.var == (ROOT / "var") else f"VAR_DIR={_shown(settings.var)} "
    port = "" if settings.port == 8080 else f"PORT={settings.port} "  # noqa: PLR2004 - the documented default
    return f"{where}{port}{_shown(Path(sys.executable))} app.py"


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _wait_for_ctrl_c() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("\nstopping")
