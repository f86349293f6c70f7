"""A webhook was delivered, or has been given up after three days."""

from gateway.model.codes import LegState
from gateway.services.effects.step import Step
from gateway.store import cases


def webhook_delivered(step: Step) -> None:
    """Nothing follows from a delivered webhook; an undelivered one stands on the timeline and in operators' lists.

    One that the platform answered with 410 stands on the timeline alone: it is wanted by nobody, and waits for nobody.
    """
    if step.state is LegState.REFUSED:
        cases.happened(step.tx, step.case.id, "webhook_unwanted", party=step.leg.party, leg=step.leg.id)
    if step.state is LegState.NEEDS_PERSON:
        cases.happened(step.tx, step.case.id, "webhook_undelivered", party=step.leg.party, leg=step.leg.id)
