"""The card centre answered, or could not."""

from gateway.model.codes import LegState
from gateway.services.determine import local_day
from gateway.services.effects.step import Step


def card_looked_up(step: Step) -> None:
    """Note whether a valid card and its account were found. Never a failure; the account is kept on the leg only."""
    if step.state is LegState.ACCEPTED:
        reply = step.outcome.reply
        if reply is None or not reply.found:
            step.tell("card_missing")
        elif reply.valid_to is not None and reply.valid_to < local_day(step.tx.now):
            # Whatever account stands beside it: nothing can be paid to a card that has run out.
            step.tell("card_expired", valid_to=reply.valid_to.isoformat())
        else:
            step.tell(
                "card_found", state=reply.state.value if reply.state else "", account="yes" if reply.account else "no"
            )
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.tell("card_unknown", reason=step.outcome.reason)
