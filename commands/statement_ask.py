"""`statement ask`: ask a province for its totals and trades of a day now (总对账)."""

from collections.abc import Callable
from datetime import timedelta

import click

from commands.output import as_json_option, show_one
from gateway.mapping.converters import BEIJING
from gateway.model.values import Money, parse_date
from gateway.services.check_records import ask_day
from gateway.services.runtime import Runtime
from gateway.store import statements

_EXAMPLES = "\b\napp.py statement ask --party hebei\napp.py statement ask --party hebei --day 2026-01-20 --json\n"


@click.command("ask", epilog=_EXAMPLES)
@click.option("--party", required=True, help="A province whose statement.yaml says `asked`.")
@click.option("--day", default="", help="Day of its record, YYYY-MM-DD; yesterday in Beijing if left out.")
@as_json_option
@click.pass_obj
def statement_ask(opened: Callable[[], Runtime], party: str, day: str, as_json: bool) -> None:
    """Ask a province for its totals and trades of a day, and keep them as its statement; another answer supersedes.

    A worker does this by itself for every day that has no answer yet. Exit code 1 where what it says is refused.
    """
    runtime = opened()
    try:
        about = parse_date(day) if day else runtime.now().astimezone(BEIJING).date() - timedelta(days=1)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None
    kept = ask_day(runtime, party, about)
    said = {"statement": kept.id, "party": party, "day": str(about), "state": kept.state, "sequence": kept.sequence}
    show_one({**said, "count": kept.rows, "total": str(Money(kept.fen))}, as_json=as_json)
    if kept.state != statements.KEPT:
        raise SystemExit(1)
