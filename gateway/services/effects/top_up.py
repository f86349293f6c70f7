"""The province answered what is on record of a month whose top-up its agency assesses."""

from gateway.model.codes import CaseStatus, LegState, LevyState
from gateway.model.values import Month
from gateway.services import check, top_up_notices
from gateway.services.determine import local_day
from gateway.services.effects.step import Step
from gateway.services.levy_words import of_result
from gateway.store import levies


def record_read(step: Step) -> None:
    """Follow GetContributions: the notice is on record, or not yet; after the last day to pay a person looks."""
    (levy,) = levies.of_item(step.tx, step.case.id, step.insurance)
    if levy.notice_number or levy.state != LevyState.PREVIEW.value:
        return  # the bureau was faster
    if step.state is LegState.ACCEPTED:
        line = top_up_notices.on_record(step.tx, levy, step.outcome.reply)
        if line is not None:
            said = of_result(step.leg.message, step.leg.party, line, "")
            top_up_notices.numbered(step.runtime, step.tx, step.case, levy, line.notice_number or "", said)
        elif local_day(step.tx.now).isoformat() > levy.payable_until:
            step.move(CaseStatus.NEEDS_PERSON, "top_up_without_notice", month=str(Month(levy.first)))
        else:
            check.ask_again(step.tx, step.leg)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()
