"""The treasury tells what it posted, in parts; one gets lost, is asked for again, and the day is there."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.journeys.conftest import Runs
from tests.journeys.system import Plan, System

PARTY = "treasury-hunan"
COMMIT_OF_A_DAY = ("tickets", "refunds", "corrections")
Row = dict[str, str]


@pytest.fixture(scope="module")
def running(runs: Runs) -> Iterator[System]:
    """A run whose clock these tests may move by minutes."""
    with runs.new("sqlite", Plan(pay_after=None)) as system:
        system.start()
        yield system


@pytest.fixture
def system(running: System) -> System:
    running.sandbox.forgive()
    return running


@pytest.fixture
def day(system: System, request: pytest.FixtureRequest) -> date:
    """A working day of its own for each test, in the past."""
    tests = sorted(item.name for item in request.session.items if getattr(item, "module", None) is request.module)
    found = system.clock().date() - timedelta(days=3 + 4 * tests.index(request.node.name))
    return found - timedelta(days=max(0, found.weekday() - 4))


def row(number: int, day: date, amount: str = "962.40", **changes: str) -> Row:
    """A posting as the treasury lists it (docs/protocols/tips.md, section 4)."""
    stamp = f"{day:%Y%m%d}"
    made = {"OriMsgNo": "1001", "OriSendOrgCode": "24301000000", "OriEntrustDate": stamp, "OriTraNo": f"{number:08d}"}
    made |= {"OriTaxVouNo": f"34{stamp}{number:08d}", "TraAmt": amount, "TaxDate": stamp, "OpStat": "1"}
    made |= {"BudgetSubjectCode": "10201", "TaxTypeName": "10201", "TaxMonth": f"{day:%Y%m}", "DetailNum": "1"}
    return made | {"BillOrg": "430102", "TrimSign": "0", "TaxPayCode": "43010000017", "TaxPayName": "周远航"} | changes


def tell(system: System, day: date, rows: list[Row], kind: str = "tickets", **more: Any) -> str:
    told = system.sandbox.control("POST", "check", party=PARTY, kind=kind, day=str(day), rows=rows, **more)
    return str(told["package"])


def statements(system: System, day: date) -> list[dict[str, Any]]:
    answer = system.operator.call("GET", f"/v1/statements?party={PARTY}&day={day}")
    assert answer.status == 200, answer.body.decode()
    return list(answer.document["statements"])


def kept(system: System, day: date, count: int = 1) -> Callable[[], list[dict[str, Any]]]:
    def found() -> list[dict[str, Any]]:
        mine = [each for each in statements(system, day) if each["state"] == "kept"]
        return mine if len(mine) == count else []

    return found


def asked(system: System, package: str, part: int) -> int:
    counts = system.sandbox.state()["counts"].get(PARTY, {}).get("asked_again", {})
    return int(counts.get(f"{package}/{part}", 0))


def pushes(system: System, package: str) -> list[dict[str, Any]]:
    return [each for each in system.sandbox.state()["pushes"] if each["reference"].startswith(f"{package}/")]


def test_a_part_that_got_lost_is_asked_for_and_the_package_is_then_a_statement(system: System, day: date) -> None:
    package = tell(system, day, [row(number, day) for number in range(1, 6)], size=2, leave_out=[2])
    system.until(lambda: all(each["delivered"] for each in pushes(system, package)), "the other parts", skipping=False)
    assert statements(system, day) == []
    system.clock.skip(660)
    system.until(lambda: asked(system, package, 2), "that it is asked for", skipping=False)
    (statement,) = system.until(kept(system, day), "the statement", skipping=False)
    assert (statement["count"], statement["total"], statement["way"]) == (5, "4812.00", "message")
    assert asked(system, package, 1) == 0


def test_a_part_with_a_wrong_total_is_refused_and_shown_and_right_when_it_comes_again(
    system: System, day: date
) -> None:
    package = tell(system, day, [row(1, day), row(2, day)], size=1, wrong={"CurPackAmt": "962.41"})
    (refused,) = system.until(lambda: statements(system, day), "what is wrong", skipping=False)
    view = system.operator.call("GET", refused["links"]["self"]).document
    assert (view["state"], view["errors"][0]["code"]) == ("refused", "statement_total")
    system.clock.skip(660)
    system.until(lambda: asked(system, package, 1), "that it is asked for", skipping=False)
    assert system.until(kept(system, day), "the statement", skipping=False)[0]["count"] == 2


def test_the_same_pushed_twice_is_one_and_a_new_package_supersedes(system: System, day: date) -> None:
    system.sandbox.fault(PARTY, "CheckPart", "duplicate_reply")
    package = tell(system, day, [row(1, day)])
    (first,) = system.until(kept(system, day), "the statement", skipping=False)
    system.until(lambda: pushes(system, package)[0]["delivered"] == 2, "the second push", skipping=False)
    tell(system, day, [row(1, day), row(2, day)])
    newer = system.until(
        lambda: [each for each in kept(system, day)() if each["count"] == 2], "what supersedes", skipping=False
    )
    view = system.operator.call("GET", newer[0]["links"]["self"]).document
    assert (view["supersedes"], view["differences"]["only_after"]) == (first["statement"], 1)


def test_a_list_of_packages_finds_the_one_that_never_came_at_all(system: System, day: date) -> None:
    for kind in COMMIT_OF_A_DAY:
        rows = [row(1, day)] if kind == "tickets" else []
        tell(system, day, rows, kind, leave_out=[1] if kind == "tickets" else [])
    system.until(kept(system, day, 2), "the two that came", skipping=False)
    system.sandbox.control("POST", "packages", party=PARTY, day=str(day))
    system.until(
        lambda: [
            each
            for each in system.sandbox.state()["pushes"]
            if each["message"] == "CheckPackages" and each["delivered"]
        ],
        "the list",
        skipping=False,
    )
    system.clock.skip(660)
    found = system.until(kept(system, day, 3), "all three", skipping=False)
    assert sorted(each["part"] for each in found) == [1, 2, 3]
