"""Reconciliations: runs with their totals, and the report of a day that an accountant signs."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response

from gateway.errors import GatewayError
from gateway.model.breaks import RunState
from gateway.model.handles import is_handle
from gateway.model.values import parse_date
from gateway.services.daily_report import daily_report
from gateway.services.report_csv import report_csv
from gateway.services.report_html import report_html
from gateway.services.run_views import run_line, run_view
from gateway.store import reconciliation
from gateway.web.answers import of_json
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.breaks import KINDS
from gateway.web.rest.query import LARGEST, USUAL, bad, limit_of, parameters

HTML, CSV = "text/html; charset=utf-8", "text/csv; charset=utf-8; header=present"
_LANGUAGES = ("zh", "en")
_FORMATS = {"html": (HTML, report_html), "csv": (CSV, report_csv)}
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DAY = {"type": "string", "format": "date"}
_NAME = {"type": "string", "maxLength": 64}
_LISTED: Mapping[str, Mapping[str, Any]] = {
    "party": _NAME,
    "pairing": _NAME,
    "day": _DAY,
    "state": {"type": "string", "enum": [each.value for each in RunState]},
    "cursor": {"type": "string", "description": "`next` of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
}
_REPORT: Mapping[str, Mapping[str, Any]] = {
    "format": {"type": "string", "enum": list(_FORMATS), "default": "html"},
    "language": {"type": "string", "enum": list(_LANGUAGES), "description": "Else as Accept-Language says."},
}
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@resource("GET /v1/reconciliations", scope="breaks:read", kinds=KINDS, gives=(200, "Reconciliations"), query=_LISTED)
def list_reconciliations(call: Call) -> Response:
    """List runs with what they came to, newest first, by party, pairing, day and state."""
    given = parameters(call, _LISTED)
    size, before = limit_of(given), given.get("cursor")
    if before is not None and not is_handle("rec", before):
        raise GatewayError("invalid_cursor")
    chosen = {name: value for name, value in given.items() if name not in {"cursor", "limit"}}
    _check(chosen)
    with call.runtime.store.reading() as tx:
        rows = reconciliation.page(tx, **chosen, before=before, size=size + 1)
        listed = [run_line(tx, row) for row in rows[:size]]
    return of_json({"reconciliations": listed, "next": _next(given, rows[size - 1].id) if len(rows) > size else None})


@resource("GET /v1/reconciliations/<run>", scope="breaks:read", kinds=KINDS, gives=(200, "Reconciliation"))
def show_reconciliation(call: Call, run: str) -> Response:
    """Show a run: its totals line by line, what is in transit and until when."""
    with call.runtime.store.reading() as tx:
        row = reconciliation.get(tx, run) if is_handle("rec", run) else None
        if row is None:
            raise GatewayError("not_found", thing="reconciliation")
        return of_json(run_view(tx, row))


@resource(
    "GET /v1/reconciliations/<day>/report",
    scope="breaks:read",
    kinds=KINDS,
    gives=(200, "text/html text/csv"),
    query=_REPORT,
)
def report_of_day(call: Call, day: str) -> Response:
    """Show the report of a day, as a page to be printed and signed or as CSV with every break."""
    given = parameters(call, _REPORT)
    form, language = given.get("format", "html"), given.get("language", call.language)
    if form not in _FORMATS:
        raise bad("format", f"one of {', '.join(_FORMATS)}")
    if language not in _LANGUAGES:
        raise bad("language", f"one of {', '.join(_LANGUAGES)}")
    media, made = _FORMATS[form]
    report = daily_report(call.runtime, _day(day))
    headers = dict(_SAFE)
    if form == "csv":
        headers["Content-Disposition"] = f'attachment; filename="reconciliation-{day}-{language}.csv"'
    return Response(made(report, language), headers=headers, content_type=media)


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        raise GatewayError("not_found", thing="day (YYYY-MM-DD)") from None


def _check(chosen: Mapping[str, str]) -> None:
    if "state" in chosen and chosen["state"] not in list(RunState):
        raise bad("state", f"one of {', '.join(RunState)}")
    if "day" in chosen:
        try:
            parse_date(chosen["day"])
        except ValueError as error:
            raise bad("day", str(error)) from None
    for name in ("party", "pairing"):
        if name in chosen and not _WORD.fullmatch(chosen[name]):
            raise bad(name, "a name as it stands in a run")


def _next(given: Mapping[str, str], last: str) -> dict[str, str]:
    chosen = {name: value for name, value in given.items() if name != "cursor"}
    return {"cursor": last, "href": f"/v1/reconciliations?{urlencode({**chosen, 'cursor': last})}"}
