"""`statement due`: which day-end statements are there, and which are absent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from commands.output import as_json_option, show
from gateway.mapping.converters import BEIJING
from gateway.model.values import parse_date
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import Expected, expected

_EXAMPLES = "\b\napp.py statement due\napp.py statement due --day 2026-01-20 --json\n"


@click.command("due", epilog=_EXAMPLES)
@click.option(
    "--day", default="", help="Day that the statements are about, YYYY-MM-DD; yesterday in Beijing if left out."
)
@as_json_option
@click.pass_obj
def statement_due(opened: Callable[[], Runtime], day: str, as_json: bool) -> None:
    """Show what is due from each bureau for a day; exit code 1 where one is absent or only came with faults.

    When a statement is due stands in the bureau's `statement.yaml`. States: there, expected (not due yet), refused
    (what came has faults: `GET /v1/statements/<id>` lists them), absent; unconnected (nothing is due: the party has
    neither address nor key of statements here, and has never sent one).
    """
    runtime = opened()
    try:
        about = parse_date(day) if day else runtime.now().astimezone(BEIJING).date() - timedelta(days=1)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--day") from None
    found = expected(runtime, about)
    show([_row(each) for each in found], as_json=as_json, empty=f"nothing is due for {about}")
    if any(each.state in {"absent", "refused"} for each in found):
        raise SystemExit(1)


def _row(each: Expected) -> dict[str, Any]:
    return {
        "party": each.party,
        "day": str(each.day),
        "due": each.due_at.isoformat(timespec="minutes"),
        "state": each.state,
        "parts": each.parts,
        "missing": " ".join(map(str, each.missing)),
        "refused": " ".join(each.refused),
    }
