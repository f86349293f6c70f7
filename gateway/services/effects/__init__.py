"""What follows from the outcome of a leg: the case moves, the next legs are made. A module per part of the journey."""

from collections.abc import Callable, Mapping

from gateway.services.effects.card import card_looked_up
from gateway.services.effects.changes import change_answered
from gateway.services.effects.cover import cover_found, cover_reversed, cover_started
from gateway.services.effects.deduction import deducted, taken_back
from gateway.services.effects.levy import levy_cancelled, levy_declared, levy_found
from gateway.services.effects.postings import postings_changed
from gateway.services.effects.refund import refund_answered
from gateway.services.effects.registration import enrolment_answered, withdrawal_answered
from gateway.services.effects.step import Step
from gateway.services.effects.substitutes import kept_otherwise
from gateway.services.effects.top_up import record_read
from gateway.services.effects.webhook import webhook_delivered
from gateway.services.registrations import KINDS

__all__ = ["Step", "follow", "kept_otherwise"]

_FOLLOWS: Mapping[str, Callable[[Step], None]] = {
    "FindCover": cover_found,
    "EnrolWorker": enrolment_answered,
    "WithdrawEnrolment": withdrawal_answered,
    "FindLevy": levy_found,
    "DeclareLevy": levy_declared,
    "CancelLevy": levy_cancelled,
    "RequestRefund": refund_answered,
    "Deduct": deducted,
    "ReverseDeduction": taken_back,
    "ChangePostings": postings_changed,
    "StartCover": cover_started,
    "ReverseCover": cover_reversed,
    "GetContributions": record_read,
    "FindCard": card_looked_up,
    "CaseChanged": webhook_delivered,
    **dict.fromkeys(KINDS.values(), change_answered),
}


def follow(step: Step) -> None:
    """Let the case follow what came of the leg; runs in the transaction that settles it."""
    _FOLLOWS[step.leg.message](step)
