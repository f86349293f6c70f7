"""A top-up that the agency assesses: its notice is on record at the province, or its bureau pushes the levy.

What we reckoned stays a preview until then. Where the agency's amount is another one, its amount is what is owed, and
the difference stands on the timeline and on the levy (`assessed_fen` beside `fen`).
"""

from gateway.model.codes import OWN_SCHEME, ContributionState, Insurance, LevyState, Purpose
from gateway.model.levy import Cause
from gateway.model.person import Warrant
from gateway.model.province_records import ContributionLine, ContributionsFound, GetContributions
from gateway.model.tax import FindLevy, LevyResult
from gateway.model.values import Month
from gateway.services import advance, pay, plans
from gateway.services.registrations import TOP_UP
from gateway.services.renew import enrolment_of
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, persons, top_ups
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

_QUESTION = "GetContributions"
_ISSUED = (ContributionState.OWED, ContributionState.PAID)


def wait_for_notice(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Ask the province for the notice of a top-up; where it cannot be asked, the bureau's push is waited for."""
    province = runtime.parties.get(item.province)
    about = {"insurance": item.insurance, "month": str(Month(levy.first)), "party": item.province}
    advance.tell(runtime, tx, case.id, "top_up_awaits_notice", **about)
    if province is None or _QUESTION not in province.supports:
        return
    enrolment, month = enrolment_of(tx, case), Month(levy.first)
    warrant = Warrant(Purpose.CASE_HANDLING, enrolment.consent.reference)
    number = persons.local_number(tx, case.person, item.province)
    person, insurances = enrolment.worker.identity, (Insurance(item.insurance),)
    query = GetContributions(person, month, month, warrant, person_number=number, insurances=insurances)
    plans.queue(tx, case.id, item.province, query, item.insurance, occurrence=levy.first)


def pushed(tx: Tx, party: str, message: LevyResult) -> LevyRow | None:
    """The top-up that a levy pushed by its bureau is, where no number of it was known; None where it is none of ours.

    Only one that fits by the bureau's own number of the person, insurance and month, and no second one beside it.
    """
    number, insurance, month = message.tax_person_number, message.insurance, message.first
    if not (message.found and message.notice_number and number and insurance and month):
        return None
    if message.last not in (None, month):
        return None
    fitting = [
        row for row in top_ups.previews(tx, party, number, insurance, month) if cases.get(tx, row.case).kind == TOP_UP
    ]
    return fitting[0] if len(fitting) == 1 else None


def numbered(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, notice: str, said: Cause) -> None:
    """Keep the agency's number of a top-up and look at the bureau what stands under it. The caller has locked the case.

    What was paid under the number before we knew it is booked. `said`: who gave the number, by which message.
    """
    levies.change(tx, levy.id, LevyState(levy.state), said, notice_number=notice)
    cases.change_item(tx, case.id, levy.insurance, notice_number=notice)
    plans.queue(tx, case.id, levy.tax, FindLevy(notice_number=notice), levy.insurance, occurrence=levy.first)
    pay.book_waiting(runtime, tx, case, levy.id)


def on_record(tx: Tx, levy: LevyRow, reply: ContributionsFound | None) -> ContributionLine | None:
    """The line of the agency's notice: of this month alone, with a number that no levy of ours has; None: not yet."""
    month, scheme = Month(levy.first), OWN_SCHEME[Insurance(levy.insurance)]
    for line in reply.lines if reply else ():
        alone = line.first == month and line.last in (None, month)
        if line.scheme is scheme and alone and line.state in _ISSUED and line.notice_number:
            number = line.notice_number
            if levies.by_numbers(tx, levy.tax, reference=None, levy_number=None, notice_number=number) is None:
                return line
    return None
