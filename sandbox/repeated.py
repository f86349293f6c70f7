"""Changes that are recognised when they come again: by our reference, where a message carries no id."""

from sandbox.faults import Plan
from sandbox.indicators import Asked, Record, decision_words
from sandbox.office import CHANGES, Office


class Repeated:
    """What was answered to each change; the same again is the same answer, as it stands by now."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._answered: dict[tuple[str, str], str] = {}

    def clear(self) -> None:
        """Forget every answer."""
        self._answered.clear()

    def act(self, message: str, asked: Asked, plan: Plan) -> Record:
        """Do it, or answer it as before; errors as `Office.act`."""
        office, key = self._office, (message, asked.one("aae013"))
        with office.ground.lock:
            if number := self._answered.get(key):
                office.ground.effects.count(office.party, "repeated", key[1])
                return decision_words(office.desk.applications[number])
            record = office.act(message, asked, plan)
            if message in CHANGES and "effect_missing" not in plan:
                self._answered[key] = record["acceptance_number"]
            return record
