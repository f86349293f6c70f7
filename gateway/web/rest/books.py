"""The funds' books: trial balances, and what is closed and signed. Closing itself is done at the command line."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response

from gateway.mapping.converters import BEIJING
from gateway.model.values import parse_date
from gateway.services.book_views import closing_view, trial_view
from gateway.services.closing import closed
from gateway.services.trial import trial
from gateway.web.answers import of_json
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.breaks import KINDS
from gateway.web.rest.query import bad, parameters

_FUND, _REGION, _YEAR = re.compile(r"[a-z_]{1,40}"), re.compile(r"[1-9][0-9]{5}"), re.compile(r"[1-9][0-9]{3}")
_BOOK: Mapping[str, Mapping[str, Any]] = {
    "fund": {"type": "string", "pattern": f"^{_FUND.pattern}$", "description": "Such as pension or work_injury."},
    "region": {"type": "string", "pattern": f"^{_REGION.pattern}$", "description": "Region of the agency."},
}
_TRIAL: Mapping[str, Mapping[str, Any]] = {
    **_BOOK,
    "day": {"type": "string", "format": "date", "description": "Today in Beijing, if left out."},
    "year": {
        "type": "string",
        "pattern": f"^{_YEAR.pattern}$",
        "description": "Accounting year, where it is not the day's.",
    },
}


@resource("GET /v1/books/trial-balance", scope="breaks:read", kinds=KINDS, gives=(200, "TrialBalance"), query=_TRIAL)
def trial_balance(call: Call) -> Response:
    """Show the trial balance of a fund in a region on a day; `fund` and `region` are required."""
    given = parameters(call, _TRIAL)
    fund, region = _book(given)
    day, year = _day(call, given.get("day")), given.get("year")
    if year is not None and not _YEAR.fullmatch(year):
        raise bad("year", "a year such as 2026")
    runtime = call.runtime
    with runtime.store.reading() as tx:
        found = trial(runtime, tx, fund, region, day, int(year) if year else None)
    return of_json(trial_view(runtime.law.rules, found, call.language))


@resource("GET /v1/books/closings", scope="breaks:read", kinds=KINDS, gives=(200, "BookClosings"), query=_BOOK)
def book_closings(call: Call) -> Response:
    """List what is closed of a fund in a region, in order, with who closed and who signed it."""
    fund, region = _book(parameters(call, _BOOK))
    with call.runtime.store.reading() as tx:
        return of_json({"closings": [closing_view(each) for each in closed(tx, fund, region)]})


def _book(given: Mapping[str, str]) -> tuple[str, str]:
    fund, region = given.get("fund", ""), given.get("region", "")
    if not _FUND.fullmatch(fund):
        raise bad("fund", "the name of a fund, such as pension")
    if not _REGION.fullmatch(region):
        raise bad("region", "a region of six digits such as 330106")
    return fund, region


def _day(call: Call, text: str | None) -> date:
    if text is None:
        return call.runtime.now().astimezone(BEIJING).date()
    try:
        return parse_date(text)
    except ValueError as error:
        raise bad("day", str(error)) from None
