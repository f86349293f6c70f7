"""The command line as an operator uses it: on a VAR_DIR and a database of the test's own, with the clock stopped."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import app
from gateway.mapping.rulebook import load_law
from gateway.security.webhooks import generate_secret
from gateway.services.runtime import Runtime
from gateway.store import legs
from gateway.store.rows import LegRow
from tests.gateway.services.accepting import accept
from tests.gateway.services.test_accept import enrolment, key
from tests.harness.ports import Ports

# Reading the law takes longer than anything a command does; nobody changes it meanwhile.
LAW = cache(load_law)
NOON = "2026-11-10T04:00:00+00:00"
RULES = app.MAPPINGS / "demo-rules"


@dataclass
class Terminal:
    """Where commands are given. `opened`: the runtimes that they put together."""

    var: Path
    opened: list[Runtime] = field(default_factory=list)

    def run(self, *arguments: str) -> Result:
        """Give one command, as a process of its own would: settings are read anew."""
        app.settings.cache_clear()
        return CliRunner().invoke(app.cli, list(arguments))

    def says(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """What a command that succeeds prints for machines."""
        return json.loads(self.says(*arguments, "--json"))

    def refuses(self, *arguments: str, code: int = 2) -> str:
        """What a command prints that fails as it should: with a sentence, never with a traceback."""
        done = self.run(*arguments)
        assert isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output

    def runtime(self) -> Runtime:
        """The gateway's innards, as a command opens them."""
        app.settings.cache_clear()
        return app.compose("test")

    def enrolled(self, client: str = "demo-platform") -> str:
        """A case, accepted and not yet carried further."""
        body = accept(self.runtime(), key(client=client), enrolment(), "en").body
        return str(json.loads(body)["case"])

    def leg(self, case: str, message: str = "FindCover") -> LegRow:
        with self.runtime().store.reading() as tx:
            return legs.named(tx, case, message)[-1]


@pytest.fixture
def terminal(tmp_path: Path, sqlite_url: str, free_ports: Ports, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Commands on SQLite; the parties of the demo's Zhejiang are configured, and nobody listens at their addresses."""
    var = tmp_path / "var"
    (tmp_path / "clock").write_text(NOON, encoding="ascii")
    nobody = f"http://127.0.0.1:{free_ports.take()}"
    given = {
        "ENVIRONMENT": "test",
        "VAR_DIR": str(var),
        "DATABASE_URL": sqlite_url,
        "NOW_FILE": str(tmp_path / "clock"),
        "RULES_DIR": str(RULES),
        "PORT": str(free_ports.take()),
        "PARTY_ZHEJIANG_URL": f"{nobody}/zhejiang/soap",
        "PARTY_ZHEJIANG_SECRET": "zhejiang-secret",
        "PARTY_TAX_ZHEJIANG_URL": f"{nobody}/tax/zhejiang",
        "PARTY_TAX_ZHEJIANG_SECRET": "tax-zhejiang-secret",
        "PARTY_DEMO_PLATFORM_URL": f"{nobody}/webhook",
        "PARTY_DEMO_PLATFORM_SECRET": generate_secret(),
        "LOGNAME": "tester",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    made = Terminal(var)
    monkeypatch.setattr(app, "load_law", LAW)
    monkeypatch.setattr(app, "compose", _remembering(app.compose, made.opened))
    yield made
    for runtime in made.opened:
        runtime.journal._journal.close()  # type: ignore[attr-defined]  # the writer; a process ends with it
        runtime.store.engine.dispose()
    app.settings.cache_clear()


def _remembering(compose: Callable[[str], Runtime], opened: list[Runtime]) -> Callable[[str], Runtime]:
    def composed(process: str) -> Runtime:
        opened.append(compose(process))
        return opened[-1]

    return composed
