"""A day from what people paid to the balance-adjustment sheet of every side: files delivered, a province asked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.journeys.conftest import KINDS, Runs
from tests.journeys.journey import Journey
from tests.journeys.spoken import PARTIES, begin, rules_in
from tests.journeys.system import Plan, System

SECRET = "day-end"
OF_HUNAN = ("tax-hunan", "fiscal-hunan", "agency-hunan", "record-hunan", "assessor-hunan", "intake-hunan")
FILED = {f"PARTY_{party.upper().replace('-', '_')}_STATEMENT_SECRET": SECRET for party in (*OF_HUNAN, "tax-guangdong")}
SIDES = ("assessed", "collected", "posted", "received", "recorded", "transferred")
A_DAY, A_ROUND = 86_400.0, 620.0
"""Seconds: of a day, and until every job has had its next turn."""


@pytest.fixture(scope="module", params=KINDS)
def system(runs: Runs, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A run whose clock these tests may move by days; with Hebei, and with the keys of all who send files."""
    rules = rules_in(tmp_path_factory.mktemp("rules") / "demo")
    with runs.new(request.param, Plan(pay_after=None)) as made:
        hebei = {"PARTY_HEBEI_URL": made.sandbox.url + PARTIES["hebei"].path, "PARTY_HEBEI_SECRET": "sandbox-hebei"}
        for process in made.processes:
            process.start(RULES_DIR=str(rules), **hebei, **FILED)
        made.start()
        yield made


def over(system: System) -> str:
    """Let the day end; which one that was."""
    day = str(system.clock().date())
    system.clock.skip(A_DAY)
    return day


def day_end(system: System, party: str, day: str, **scripted: Any) -> None:
    folder = str(system.var / "statements")
    system.sandbox.control("POST", "day_end", party=party, day=day, folder=folder, secret=SECRET, **scripted)


def as_word(party: str) -> str:
    return party.replace("-", "_")


def until_kept(system: System, day: str, **parts: int) -> None:
    """Until so many statements of parties (`_` for `-`) are there; then every job has its turn."""
    wanted = {party.replace("_", "-"): count for party, count in parts.items()}

    def there() -> bool:
        listed = system.operator.call("GET", f"/v1/statements?day={day}&limit=50").document["statements"]
        kept = Counter(each["party"] for each in listed if each["state"] == "kept")
        return all(kept[party] == count for party, count in wanted.items())

    system.until(there, f"the statements of {', '.join(wanted)}", skipping=False)
    system.clock.skip(A_ROUND)


def runs_of(system: System, party: str, day: str, pairings: tuple[str, ...]) -> Mapping[str, dict[str, Any]]:
    """The runs of a day, once all are done."""

    def done() -> Mapping[str, dict[str, Any]]:
        path = f"/v1/reconciliations?party={party}&day={day}&state=done"
        listed = system.operator.call("GET", path).document["reconciliations"]
        found = {each["pairing"]: each for each in listed}
        return found if set(found) >= set(pairings) else {}

    found: Mapping[str, dict[str, Any]] = system.until(done, f"the runs of {party}", skipping=False)
    return found


def shown(system: System, run: Mapping[str, Any]) -> dict[str, Any]:
    """A run with its lines and sheets, all of it explained: Totals = matched + in transit + breaks."""
    view: dict[str, Any] = system.operator.call("GET", run["links"]["self"]).document
    for line in view["lines"]:
        parts = [Decimal(line[part]["amount"]) for part in ("matched", "transit", "broken")]
        assert Decimal(line["whole"]["amount"]) == sum(parts), line
        assert line["whole"]["count"] == sum(line[part]["count"] for part in ("matched", "transit", "broken"))
    assert view["explained"]
    assert all(sheet["ties_out"] for sheet in view["sheets"])
    return view


def pay(journeys: list[Journey]) -> None:
    for journey in journeys:
        journey.until("awaiting_payment")
        journey.pay_at_once()
    for journey in journeys:
        journey.until("completed")
        journey.until_settled()


def voucher(journey: Journey) -> tuple[str, str]:
    """The voucher of what was paid, and its amount."""
    ((_, levy),) = journey.trace().levies
    return levy["voucher"], levy["amount"]


def paid_back(system: System, journey: Journey, party: str) -> None:
    """All of a payment goes back: claimed, granted, decided by the bureau, paid by the treasury."""
    asked = {"insurance": "pension", "origin": "prepaid", "reason": "未就业，申请退费"}
    operator = system.caller("demo-operator")
    case = operator.call("POST", f"/v1/cases/{journey.case}/refunds", asked).document["case"]
    decided = {"verdict": "grant", "route": "treasury", "reason": "查证属实"}
    assert operator.call("POST", f"/v1/cases/{case}/refund", decided).status == 202

    def stands(state: str) -> bool:
        return bool(operator.call("GET", f"/v1/cases/{case}").document["refund"]["state"] == state)

    system.until(lambda: stands("decided"), "that the bureau's decision is known")
    refund = system.sandbox.state()["parties"][party]["refunds"][-1]
    system.sandbox.control("POST", "refund", party=party, reference=refund["reference"])
    system.until(lambda: stands("paid"), "that the money went back")


def breaks_of(system: System, party: str) -> dict[str, str]:
    """The open breaks about a bureau's money: class by pairing."""
    found = system.operator.call("GET", f"/v1/breaks?party={party}&state=open").document["breaks"]
    return {each["pairing"]: each["class"] for each in found}


def test_every_side_of_a_fund_is_compared_from_delivered_files_to_sheets_that_tie_out(system: System) -> None:
    journeys = [Journey.begin(system, "hunan") for _ in range(3)]
    pay(journeys)
    (late, _), (other, amount), (_, _) = (voucher(journey) for journey in journeys)
    short = f"{Decimal(amount) - 1:.2f}"
    day = over(system)
    scripted = {"leave_out": {"agency-hunan": [late]}, "amounts": {"record-hunan": {other: short}}}
    day_end(system, "tax-hunan", day, **scripted)
    until_kept(system, day, treasury_hunan=3, **dict.fromkeys(map(as_word, OF_HUNAN), 1))
    found = {name: shown(system, run) for name, run in runs_of(system, "tax-hunan", day, SIDES).items()}
    assert set(found) == set(SIDES)
    for name, view in found.items():
        (sheet,) = view["sheets"]
        assert (sheet["fund"], sheet["our_count"]) == ("pension", 3), name
    received, recorded = found["received"]["sheets"][0], found["recorded"]["sheets"][0]
    assert (received["our_transit_count"], received["our_breaks_count"], received["their_count"]) == (1, 0, 2)
    assert (recorded["our_breaks_count"], recorded["their_breaks_count"]) == (1, 1)
    assert Decimal(recorded["our_balance"]) - Decimal(recorded["their_balance"]) == 1
    assert breaks_of(system, "tax-hunan") == {"recorded": "amount"}


@pytest.mark.parametrize("stated", [True, False], ids=["stated", "not stated"])
def test_a_day_with_a_refund_is_explained_whether_its_bureau_states_it_or_not(system: System, stated: bool) -> None:
    journey = Journey.begin(system, "hunan")
    pay([journey])
    _, amount = voucher(journey)
    paid_back(system, journey, "tax-hunan")
    day = over(system)
    of_money = [party for party in OF_HUNAN if party not in {"assessor-hunan", "intake-hunan"}]
    day_end(system, "tax-hunan", day, refunds=[*of_money, "treasury-hunan"] if stated else [])
    until_kept(system, day, treasury_hunan=3, **dict.fromkeys(map(as_word, OF_HUNAN), 1))
    found = {name: shown(system, run) for name, run in runs_of(system, "tax-hunan", day, SIDES).items()}
    for name in ("collected", "posted"):
        (sheet,) = found[name]["sheets"]
        assert (sheet["our_count"], sheet["their_count"]) == ((2, 2) if stated else (1, 1)), name
        assert (sheet["our_breaks_count"], sheet["their_breaks_count"]) == (0, 0), name
        left = Decimal(0) if stated else Decimal(amount)
        assert (Decimal(sheet["our_balance"]), Decimal(sheet["their_balance"])) == (left, left), name


def test_a_province_is_asked_for_its_totals_and_what_it_never_booked_is_found(system: System) -> None:
    journeys = [begin(system, PARTIES["hebei"]) for _ in range(2)]
    pay(journeys)
    system.sandbox.fault("hebei", "StartCover", "effect_missing")
    missing = begin(system, PARTIES["hebei"])
    pay([missing])
    system.sandbox.forgive()
    system.sandbox.fault("hebei", "CheckTotals", "down")
    day = over(system)
    day_end(system, "tax-guangdong", day)
    until_kept(system, day, tax_guangdong=1)
    system.until(system.sandbox.played, "that it was asked in vain", skipping=False)
    system.clock.skip(A_ROUND)
    until_kept(system, day, hebei=1)
    view = shown(system, runs_of(system, "tax-guangdong", day, ("recorded",))["recorded"])
    (sheet,) = view["sheets"]
    assert (sheet["our_count"], sheet["their_count"], sheet["our_transit_count"]) == (3, 2, 1)
    (stated,) = system.operator.call("GET", f"/v1/statements?party=hebei&day={day}").document["statements"]
    assert (stated["way"], stated["count"], stated["state"]) == ("message", 2, "kept")
    due = Decimal(sheet["our_balance"]) - Decimal(sheet["their_balance"])
    assert due == Decimal(voucher(missing)[1])
