"""What a platform claims and no form of a field can judge: a name that is one, a wage above nothing, a past consent."""

import unicodedata
from collections.abc import Iterator
from datetime import date

from gateway.errors import Fault
from gateway.model.platform import Enrolment

# Control and formatting characters: unseen, they make two names of one, or turn its order round.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})


def claimed_wrongly(enrolment: Enrolment, consented: date, today: date) -> tuple[Fault, ...]:
    """What is wrong with the claims of an enrolment, each with its JSON pointer.

    `consented`, `today`: Chinese calendar days, so that clocks which differ a little refuse nobody.
    """
    name = enrolment.worker.name
    # Nearly every name is letters alone.
    faults = [] if name.isalpha() else list(_of_name(name))
    wage = enrolment.contribution.wage
    if wage is not None and wage.fen <= 0:
        faults.append(Fault("/contribution/wage", "bad_pattern", {"form": "an amount above 0.00"}))
    if consented > today:
        faults.append(Fault("/consent/given_at", "not_yet", {"what": enrolment.consent.given_at.isoformat()}))
    return tuple(faults)


def _of_name(name: str) -> Iterator[Fault]:
    if not name.strip():
        yield Fault("/worker/name", "too_short", {"min": "1"})
    for character in dict.fromkeys(each for each in name if unicodedata.category(each) in _UNSEEN):
        yield Fault("/worker/name", "bad_character", {"character": f"U+{ord(character):04X}"})
