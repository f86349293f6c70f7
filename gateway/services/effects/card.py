"""The card centre answered, or could not."""

from gateway.model.codes import LegState
from gateway.services.effects.step import Step


def card_looked_up(step: Step) -> None:
    """Note whether a card and its account were found. Never a failure; the account is kept on the leg only."""
    if step.state is LegState.ACCEPTED:
        reply = step.outcome.reply
        if reply is None or not reply.found:
            step.tell("card_missing")
        else:
            step.tell(
                "card_found", state=reply.state.value if reply.state else "", account="yes" if reply.account else "no"
            )
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.tell("card_unknown", reason=step.outcome.reason)
