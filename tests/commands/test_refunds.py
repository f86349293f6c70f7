"""Refunds by command: claimed, decided and confirmed, each with a reason that stays on the case."""

import pytest

from gateway.model.codes import Insurance
from gateway.model.tax import Receipt
from gateway.model.values import Money, Month
from gateway.services import pay
from gateway.services.determine import local_day
from gateway.store import levies
from tests.commands.conftest import Terminal

BECAUSE = ("--because", "窗口核实")
CLAIM = ("--insurance", "pension", "--origin", "payer_error")


def paid(terminal: Terminal) -> str:
    """An enrolment whose levy was paid before the gateway had seen it."""
    case = terminal.enrolled()
    runtime = terminal.runtime()
    with runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
    months, day = (Month(levy.first), Month(levy.last), Month(levy.first)), local_day(runtime.now())
    amount = Money(levy.fen)
    pay.receipt(
        runtime, levy.tax, Receipt("330000000000000001", amount, Insurance.PENSION, *months, day, reference=levy.id)
    )
    return case


def claimed(terminal: Terminal) -> str:
    return terminal.says("case", "claim-refund", paid(terminal), *CLAIM, *BECAUSE).split()[0]


def test_a_refund_is_claimed_decided_and_shown(terminal: Terminal) -> None:
    refund = claimed(terminal)
    assert terminal.json("case", "show", refund)["refund"]["state"] == "opened"
    said = terminal.refuses("case", "refund", refund, "--as", "grant", "--route", "offset", *BECAUSE)
    assert "allowed: treasury, agency" in said, "the agency assesses there: nothing would use the credit"
    terminal.says("case", "refund", refund, "--as", "grant", "--route", "agency", *BECAUSE)
    terminal.says("case", "refund", refund, "--as", "paid", *BECAUSE)
    shown = terminal.json("case", "show", refund)
    assert (shown["status"], shown["refund"]["state"], shown["refund"]["route"]) == ("completed", "paid", "agency")
    assert "窗口核实" in shown["timeline"][-1]["text"]


def test_a_machine_is_told_of_its_refund_in_json(terminal: Terminal) -> None:
    case = paid(terminal)
    claim = terminal.json("case", "claim-refund", case, *CLAIM, *BECAUSE)
    assert claim["case"] == case
    decided = terminal.json("case", "refund", claim["refund"], "--as", "refuse", *BECAUSE)
    assert decided == {"refund": claim["refund"], "verdict": "refuse"}


def test_a_refund_that_is_refused_keeps_the_reason(terminal: Terminal) -> None:
    refund = claimed(terminal)
    terminal.says("case", "refund", refund, "--as", "refuse", *BECAUSE)
    shown = terminal.json("case", "show", refund)
    assert (shown["status"], shown["items"][0]["reason"]) == ("refused", "窗口核实")
    assert "cannot be decided again" in terminal.refuses("case", "refund", refund, "--as", "refuse", *BECAUSE)


@pytest.mark.parametrize("asked", [("claim-refund", *CLAIM), ("refund", "--as", "refuse")], ids=lambda asked: asked[0])
def test_where_nothing_was_paid_there_is_nothing_to_refund(terminal: Terminal, asked: tuple[str, ...]) -> None:
    name, *options = asked
    assert "not_found" in terminal.refuses("case", name, terminal.enrolled(), *options, *BECAUSE)


def test_a_month_that_is_none_is_refused(terminal: Terminal) -> None:
    case = terminal.enrolled()
    assert "2026-01" in terminal.refuses("case", "claim-refund", case, *CLAIM, "--first", "July", *BECAUSE)
