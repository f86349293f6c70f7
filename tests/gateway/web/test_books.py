"""The funds' books over REST, as an accountant's program reads them."""

from datetime import date
from typing import Any

import pytest

from gateway.model.books import EventKind
from tests.gateway.services.booked import closes, event, posted, reconciled
from tests.gateway.web.door import Gate
from tests.gateway.web.test_reference import fits

ACCOUNTANT, DAY = "demo-accountant", date(2026, 11, 9)
BOOK = "fund=pension&region=430103"


def shown(gate: Gate, address: str) -> Any:
    answer = gate.get(address, ACCOUNTANT)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_a_trial_balance_comes_to_nothing_and_is_what_the_reference_says(gate: Gate) -> None:
    posted(gate.runtime, event(EventKind.TREASURY_POSTED, "r1", "960.00", DAY, late_fee="4.80"))
    found = shown(gate, f"/v1/books/trial-balance?{BOOK}&day=2026-11-09")
    assert (found["balanced"], found["year"], found["provisional"]) == (True, 2026, False)
    closing = {line["account"]: line["closing"] for line in found["lines"]}
    assert (closing["treasury"], closing["contribution_income"]) == ("964.80", "-960.00")
    fits(shown(gate, "/openapi.json"), "TrialBalance", found)
    assert shown(gate, f"/v1/books/trial-balance?{BOOK}&day=2026-11-09&year=2025")["lines"] == []


def test_closings_are_listed_with_who_closed_and_what_they_rest_on(gate: Gate) -> None:
    posted(gate.runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    reconciled(gate.runtime, DAY)
    closes(gate.runtime, "2026-11-09")
    found = shown(gate, f"/v1/books/closings?{BOOK}")
    (one,) = found["closings"]
    assert (one["period"], one["closed_by"], one["signatures"]) == ("2026-11-09", "lin", [])
    assert [each["pairing"] for each in one["evidence"]] == ["collected"]
    fits(shown(gate, "/openapi.json"), "BookClosings", found)


@pytest.mark.parametrize(
    "query", ["", "fund=pension", f"{BOOK}&day=today", f"{BOOK}&year=26", "fund=Pension&region=430103", f"{BOOK}&x=1"]
)
def test_a_query_that_cannot_be_is_refused(gate: Gate, query: str) -> None:
    assert gate.get(f"/v1/books/trial-balance?{query}", ACCOUNTANT).get_json()["code"] == "bad_parameter"


def test_a_platform_sees_nothing_of_the_books(gate: Gate) -> None:
    assert gate.get(f"/v1/books/trial-balance?{BOOK}").status_code == 403
