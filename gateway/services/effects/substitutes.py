"""A party keeps a name in a form of its own: the case says so, once for each party and form."""

import json

from gateway.services.effects.step import Step
from gateway.store import cases

_EVENT = "kept_otherwise"


def kept_otherwise(step: Step, instead: str) -> None:
    """Show which characters the leg's party cannot store, and what it keeps (`㛃→jie`), unless the case says so."""
    told = (json.loads(event.params) for event in cases.timeline(step.tx, step.case.id) if event.code == _EVENT)
    if not any((each["party"], each["instead"]) == (step.leg.party, instead) for each in told):
        step.tell(_EVENT, instead=instead)
