"""`reconcile tell`, `told`, `answer`: send a bureau the differences of a day, see what came of it, read its answer."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import IO

import click

from commands.output import as_json_option, show, show_one
from gateway.model.difference import FileState
from gateway.model.values import parse_date
from gateway.services import operate
from gateway.services.difference_answers import take_answer
from gateway.services.difference_files import file_view, queue, run_to_tell, send_due
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.store import difference_files

Opened = Callable[[], Runtime]
_TELL = "\b\napp.py reconcile tell --party tax-hunan --day 2026-11-20\n"
_ANSWER = "\b\napp.py reconcile answer --party tax-hunan 20261120-answers.txt\n"
_SHOWN = ("differences", "party", "pairing", "day", "sequence", "state", "way", "rows", "attempts", "error", "sent_at")
_MOST = 200
_party = click.option("--party", required=True, help="Tax party whose money it is.")


@click.command("tell", epilog=_TELL)
@_party
@click.option("--pairing", default="collected", show_default=True, help="Pairing whose differences are told.")
@click.option("--day", required=True, help="Day that was reconciled, YYYY-MM-DD.")
@click.option("--as", "person", default="operator", show_default=True, help="Who has it sent.")
@as_json_option
@click.pass_obj
def reconcile_tell(opened: Opened, party: str, pairing: str, day: str, person: str, as_json: bool) -> None:
    """Send the differences of a day to whoever states the other side, on the way that they have; once for each run.

    The ways: PARTY_<ID>_DIFFERENCES_URL, else its SFTP server, else the folder VAR_DIR/differences/<party>/out. It is
    tried at once, and again by the worker until it is acknowledged: exit code 1 where it was not yet. The same command
    again sends nothing twice; what failed for good is sent once more. The format: docs/protocols/differences.md.
    """
    runtime = opened()
    run = run_to_tell(runtime, party, pairing, _day(day))
    operate.journal_act(runtime, Act(person, "tell differences", run.id), {"reconciliation": run.id, "party": party})
    row = queue(runtime, run)
    if row.state == FileState.WAITING.value:
        send_due(runtime)
    with runtime.store.reading() as tx:
        view = file_view(tx, difference_files.get(tx, row.id) or row)
    show_one(view, as_json=as_json)
    if view["state"] not in {FileState.SENT.value, FileState.ANSWERED.value}:
        raise SystemExit(1)


@click.command("told")
@click.option("--party", default=None, help="Only what this party was told.")
@click.option("--day", default=None, help="Only of this day, YYYY-MM-DD.")
@as_json_option
@click.pass_obj
def reconcile_told(opened: Opened, party: str | None, day: str | None, as_json: bool) -> None:
    """List the files of differences, newest first: how far each is, its acknowledgement, its answers."""
    runtime = opened()
    with runtime.store.reading() as tx:
        rows = difference_files.page(tx, party=party, day=day and _day(day).isoformat(), size=_MOST)
        views = [file_view(tx, row) for row in rows]
    short = [{name: view[name] if view[name] is not None else "" for name in _SHOWN} for view in views]
    show(views if as_json else short, as_json=as_json, empty="nobody was told of differences")


@click.command("answer", epilog=_ANSWER)
@click.argument("file", type=click.File("rb"))
@click.option("--party", required=True, help="Party that answers.")
@as_json_option
@click.pass_obj
def reconcile_answer(opened: Opened, file: IO[bytes], party: str, as_json: bool) -> None:
    """Take in FILE, what a party answers to the differences that it was told; each verdict lands on its break.

    A file with a wrong line is refused whole, and the line is named. The folder VAR_DIR/differences/<party>/in is
    looked into by the worker.
    """
    row = take_answer(opened(), party, file.read(), "upload")
    show_one({"answer": row.id, "file": row.file, "rows": row.count, "agreed": row.agreed}, as_json=as_json)


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None


DIFFERENCES: Sequence[click.Command] = (reconcile_tell, reconcile_told, reconcile_answer)
