"""Composition and command line: the only file that sees the gateway, the adapters and the commands at once.

What one command alone needs (the web framework, the server, the timetable) is imported when that command runs: each
would add a fifth to the start of every other.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters import directory, live
from adapters.matrix import matrix
from adapters.transport import sftp
from adapters.transport.outlets import answer_sources, outlets
from commands import books, breaks, clients, demo, inspect, journal, operators
from commands import run as running
from commands.book_entry import books_enter
from commands.bootstrap import Keys, check_vault, prepare
from commands.differences import DIFFERENCES
from commands.listening import check_free
from commands.party_check import party_check
from commands.party_new import party_new
from commands.party_shadow import party_shadow
from commands.party_try import party_try
from commands.reconcile import RECONCILE
from commands.reconcile_report import reconcile_differences, reconcile_report
from commands.statement import statement_commands
from commands.statement_ask import statement_ask
from commands.statement_due import statement_due
from commands.statement_pull import statement_pull
from commands.webhooks import webhook
from gateway import settings as settings_of
from gateway.errors import GatewayError
from gateway.interpreter import settle_in
from gateway.mapping.break_table import break_table
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.dialect_loader import dialects as table_dialects
from gateway.mapping.difference_writer import difference_layouts
from gateway.mapping.pairings import load_pairings
from gateway.mapping.repair_table import repair_table
from gateway.mapping.rulebook import load_law
from gateway.mapping.statement_layout import layouts
from gateway.points import passing
from gateway.ports import Dialect
from gateway.security.logs import set_up_logging
from gateway.security.seal_keys import load_seal_keys
from gateway.security.signing import load_signing_keys
from gateway.security.vault import Keyring
from gateway.services.address import announce_address
from gateway.services.clock import clock
from gateway.services.evidence import Evidence
from gateway.services.runtime import Runtime
from gateway.settings import Settings
from gateway.store import migrate as migrate_database
from gateway.store.journal import JournalWriter
from gateway.store.journal_sealer import Sealer
from gateway.store.leases import StoredSessions
from gateway.store.work import LockTimeoutError, Store, connect, told_by_driver

if TYPE_CHECKING:
    from flask import Flask

_PATIENCE = 3.0  # seconds: a process that was killed is followed by its own a moment later
MAPPINGS = Path(__file__).resolve().parent / "mappings"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return settings_of.read()


def compose(process: str) -> Runtime:
    """Everything that a process of the gateway needs, put together from its settings."""
    given = settings()
    now = clock(given.now_file)
    keyring = Keyring.load(prepare(given).vault)
    check_vault(keyring, given)
    store = Store(connect(given.database), keyring, now)
    journal = Evidence(JournalWriter(store.engine, keyring, now, process=process))
    law = load_law(MAPPINGS, Path(given.rules_dir) if given.rules_dir else None)
    tables = table_dialects(MAPPINGS, lambda reference: given.parties.get(reference, ""))
    dialects: dict[str, Callable[..., Dialect]] = {**tables, **gateway_dialects()}
    parties = directory.load(MAPPINGS, given.parties, dialects, journal, now, StoredSessions(store))
    statements = layouts(MAPPINGS)
    told = outlets(given.parties, statements, given.var, now)
    return Runtime(
        *(given, store, law, parties, journal, now),
        statements=statements,
        sources=sftp.sources(given.parties, statements),
        outlets=told,
        answers=answer_sources(told),
        differences=difference_layouts(MAPPINGS, statements),
        repairs=repair_table(MAPPINGS),
        pairings=load_pairings(MAPPINGS),
        break_table=break_table(MAPPINGS),
    )


def web() -> "Flask":
    """The web application of one gateway process: what granian loads."""
    from gateway.web.app import create_app  # noqa: PLC0415 - for this command alone
    from gateway.web.doors import Doors  # noqa: PLC0415 - for this command alone

    runtime = compose("gateway")
    announce_address(runtime)
    passing("gateway.started")
    made = create_app(runtime, Doors.opened(runtime, load_signing_keys(Keys(settings().var).tokens)))
    settle_in()
    return made


class Commands(click.Group):
    """A group whose commands end an error of the catalogue with its sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; exit code 2 and the sentence where the gateway says no."""
        try:
            return super().invoke(context)
        except LockTimeoutError:
            click.echo("unavailable: the database is busy; try again", err=True)
        except GatewayError as problem:
            click.echo(f"{problem.kind.code}: {problem}", err=True)
            if said := told_by_driver(problem):
                click.echo(f"  DATABASE_URL {settings_of.masked(settings())['database_url']}: {said}", err=True)
            for fault in problem.faults:
                click.echo(f"  {fault.pointer or '/'}: {fault.text('en')}", err=True)
            # The journal's thread outlives this and holds the problem, which would hold all that it came through.
            problem.__traceback__ = None
        sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def cli(context: click.Context) -> None:
    """Cross-regional social insurance gateway: one case, every region, both protocols, the money included.

    Begin with `run`: it sets up what is missing and shows one enrolment from end to end. Exit codes: 0 done, 1 looked
    and something is not as it should be, 2 refused or asked for in a wrong way.
    """
    context.obj = opener()


def opener() -> Callable[[], Runtime]:
    """What commands call to get at the gateway's innards, once."""
    return cache(lambda: compose("command"))


@cli.command()
def run() -> None:
    """Set up what is missing, start gateway, worker and sandbox, enrol one demo worker, stay up.

    With ONCE=1 it ends by itself: with 0 where the demo's case was completed, else with 1. PORT and VAR_DIR move the
    whole run, so that several can stand side by side.
    """
    sys.exit(running.run(settings(), once=running.once_asked()))


@cli.command()
def serve() -> None:
    """Serve REST, SOAP and the inbound doors on PORT."""
    from gateway.web.serve import serve as serve_app  # noqa: PLC0415 - for this command alone

    set_up_logging(settings().log_level)
    check_free(settings().bind, {"PORT": settings().port}, _PATIENCE)
    prepare(settings())
    serve_app("app:web", settings())


@cli.command()
def worker() -> None:
    """Carry legs, keep the timetable, seal the journal."""
    from gateway.jobs import worker as worker_process  # noqa: PLC0415 - for this command alone

    set_up_logging(settings().log_level)
    check_free(settings().bind, {"WORKER_PORT": settings().worker}, _PATIENCE)
    runtime = compose("worker")
    keys = Keys(settings().var)
    load_seal_keys(keys.seals)  # says so at once where they cannot be used

    def seal() -> int | None:
        # Read anew each time: the key may have been replaced meanwhile (`journal rotate-key`).
        key = load_seal_keys(keys.seals).private
        return Sealer(runtime.store.engine, key, runtime.now, keys.outside_seal).seal()

    worker_process.work(runtime, seal)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def sandbox(options: tuple[str, ...]) -> None:
    """Play every counterparty on SANDBOX_PORT; OPTIONS go to `python -m sandbox` (its own --help lists them)."""
    given = settings()
    os.execv(sys.executable, [*running.sandbox_command(given), *options])  # noqa: S606 - our own program, no shell


@cli.command()
def migrate() -> None:
    """Bring the database at DATABASE_URL to the newest shape."""
    migrate_database(settings().database)
    click.echo("the database has the newest shape")


@cli.command()
@click.argument("client")
def token(client: str) -> None:
    """Print a bearer token for CLIENT while the gateway runs.

    CLIENT is demo-platform, demo-province, demo-operator, demo-accountant, or another whose private key lies in
    VAR_DIR (`client list`).
    """
    click.echo(demo.fetch_token(settings(), Keys(settings().var), client))


_GROUPS = (operators.case, operators.leg, operators.party, webhook, clients.client, journal.journal)
_NOW = partial(datetime.now, UTC)
_ASKER = partial(live.asker, now=_NOW, own=gateway_dialects())
for command in (party_new, party_try, party_shadow, party_check(_ASKER, lambda: settings().parties)):
    operators.party.add_command(command)
books.books.add_command(books_enter)
for group in (*_GROUPS, books.books, breaks.break_group, inspect.settings):
    cli.add_command(group)


def _clock() -> datetime:
    """The time of the run, for commands that open nothing else."""
    return clock(settings().now_file)()


@cli.group()
def statement() -> None:
    """Day-end statements of tax bureaus: check a file, make one, see what is due (docs/protocols/statements.md)."""


for command in (*statement_commands(lambda: settings().parties, _clock), statement_ask, statement_due, statement_pull):
    statement.add_command(command)


@cli.group()
def reconcile() -> None:
    """Reconciliation: compare a day, its sheets and signed report, what bureaus are told (docs/protocols/breaks.md)."""


for command in (*RECONCILE, reconcile_report, reconcile_differences, *DIFFERENCES):
    reconcile.add_command(command)
cli.add_command(inspect.check(MAPPINGS, directory.described, matrix))

if __name__ == "__main__":
    cli()
