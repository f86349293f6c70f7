"""Commands for the journal: the proof that it is whole, and a new key for its seals."""

import getpass
from collections.abc import Callable
from dataclasses import asdict

import click

from commands.bootstrap import Keys
from commands.output import as_json_option, not_blank, show_one
from gateway.security.seal_keys import key_id, load_seal_keys, rotate_seal_key
from gateway.services.operate import Act, journal_act
from gateway.services.runtime import Runtime
from gateway.store.journal_sealer import Sealer
from gateway.store.journal_verify import verify
from gateway.store.legs import parties_with_due

Opened = Callable[[], Runtime]


@click.group()
def journal() -> None:
    """The tamper-evident record of every document that crossed the border."""


@journal.command("verify")
@as_json_option
@click.pass_obj
def journal_verify(opened: Opened, as_json: bool) -> None:
    """Look for change, removal (the tail included), insertion and reordering; exit code 1 where something is wrong."""
    runtime = opened()
    files = Keys(runtime.settings.var)
    keys = load_seal_keys(files.seals)
    with runtime.store.reading() as tx:
        parties_with_due(tx)  # says so where the database has no tables yet
    report = verify(runtime.store.engine, keys.public, files.outside_seal, keys.earlier)
    counted = {name: getattr(report, name) for name in ("records", "streams", "seals", "unsealed")}
    found = {"keys": list(map(asdict, report.keys)), "problems": list(map(asdict, report.problems))}
    show_one({"ok": report.ok, **counted, **found}, as_json=as_json)
    if not report.ok:
        raise SystemExit(1)


@journal.command("rotate-key")
@click.option("--because", required=True, callback=not_blank, help="Why; it stands in the journal.")
@click.pass_obj
def journal_rotate_key(opened: Opened, because: str) -> None:
    """Seal with a fresh key from now on; of the old one the public half is kept, which verifies the older seals.

    Workers take the new key up by themselves, within a second.
    """
    runtime = opened()
    files = Keys(runtime.settings.var)
    with runtime.store.reading() as tx:
        parties_with_due(tx)
    replaced = key_id(load_seal_keys(files.seals).public)
    fresh = rotate_seal_key(files.seals)
    act = Act(getpass.getuser(), "rotate-key", because)
    journal_act(runtime, act, {"replaced": replaced, "by": fresh})
    keys = load_seal_keys(files.seals)
    Sealer(runtime.store.engine, keys.private, runtime.now, files.outside_seal).seal()
    click.echo(f"seals are signed with {fresh} from now on; older ones are verified with {len(keys.earlier)} key(s)")
