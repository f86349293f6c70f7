"""Deductions that are due together go out as one package (1102); what became of each stands in its answer (2102).

Every payment keeps its own natural key, so it is found, reversed and recognised as one that went out alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from gateway.model.treasury import Deduct, DeductMany, RowAnswer, TreasuryAnswer
from gateway.model.values import Money
from gateway.ports import Outcome, OutcomeKind, Work

PACKAGE = "package"
"""What an attempt remembers before it goes out in a package: the package's number; "" once it went out alone."""


def packages(works: Sequence[Work], most: int) -> Iterator[tuple[Work, ...]]:
    """Deductions of one organisation and day together, at most `most`; every other order by itself."""
    alone = [work for work in works if not isinstance(work.message, Deduct)]
    yield from ((work,) for work in alone)
    deductions = sorted((work for work in works if isinstance(work.message, Deduct)), key=_place)
    for _, some in groupby(deductions, key=lambda work: _place(work)[:2]):
        same = tuple(some)
        yield from (same[at : at + most] for at in range(0, len(same), most))


def package(works: Sequence[Work]) -> DeductMany:
    """The message that carries deductions. Its number is that of its first payment: given out once a day too."""
    first: Deduct = works[0].message
    rows = tuple(work.message.deduction for work in works)
    whole = Money(sum(row.amount.fen for row in rows))
    return DeductMany(first.org, first.entrusted_on, rows[0].trace_number, len(rows), whole, rows)


def message_id(message: DeductMany) -> str:
    """Under what a package goes out: the same for the same payments, another for any other."""
    traces = "+".join(row.trace_number for row in message.rows)
    return f"package:{message.org}:{message.entrusted_on}:{traces}"


def outcomes(works: Sequence[Work], whole: Outcome) -> list[tuple[Work, Outcome]]:
    """What became of each payment, from what became of the package.

    Of one that the treasury does not name nobody knows, unless all were done or none.
    """
    answer = whole.reply
    if not isinstance(answer, TreasuryAnswer):
        return [(work, whole) for work in works]
    told = {row.trace_number: row for row in answer.rows}
    return [(work, _of_row(work.message, told, answer, len(works))) for work in works]


def _of_row(message: Deduct, told: Mapping[str, RowAnswer], answer: TreasuryAnswer, count: int) -> Outcome:
    number = message.deduction.trace_number
    row = told.get(number) or _by_the_sums(number, answer, count)
    if row is None:
        return Outcome(OutcomeKind.UNCERTAIN, reason="the answer to the package does not name this payment")
    reply = TreasuryAnswer(row.taken, message.org, message.entrusted_on, number, reason=row.reason)
    kind = OutcomeKind.ACCEPTED if row.taken else OutcomeKind.REFUSED
    return Outcome(kind, reply, row.reason or "")


def _by_the_sums(number: str, answer: TreasuryAnswer, count: int) -> RowAnswer | None:
    if answer.taken and answer.succeeded == count:
        return RowAnswer(number, taken=True)
    if not answer.succeeded:
        return RowAnswer(number, taken=False, reason=answer.reason)
    return None


def _place(work: Work) -> tuple[str, str, str]:
    message: Deduct = work.message
    return message.org, message.entrusted_on.isoformat(), message.deduction.trace_number
