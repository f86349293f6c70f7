"""What still waits in the queue when an identity was put right goes out under the right one.

A province that is told of the correction itself knows the right number from its own yes on; until then it is sent the
one that it knows. Whoever is not told of it (tax bureaus, card centres) is sent the right one at once.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateway.model.codes import LegState
from gateway.model.person import Identity
from gateway.services.records import encode, request
from gateway.store import legs, unsent
from gateway.store.rows import CaseRow, LegRow
from gateway.store.work import Tx

_CORRECTION = "CorrectIdentity"


def correct_unsent(
    tx: Tx, change: CaseRow, party: str, cases: Sequence[CaseRow], identities: tuple[Identity, Identity]
) -> int:
    """Reword the legs of `cases` that nobody has seen, from the first identity to the second; how many there were.

    `change`: the case of the correction, which `party` has agreed to.
    """
    waiting = {leg.party for leg in legs.named(tx, change.id, _CORRECTION)} - {party}
    found = [leg for case in cases for leg in legs.of_case(tx, case.id) if _unseen(leg) and leg.party not in waiting]
    return sum(_reworded(tx, leg.id, *identities) for leg in found)


def _unseen(leg: LegRow) -> bool:
    return leg.state == LegState.PENDING.value and not leg.attempts and leg.message != _CORRECTION


def _reworded(tx: Tx, handle: str, wrong: Identity, right: Identity) -> bool:
    leg = unsent.lock(tx, handle)
    message = request(leg.message, legs.payload(tx, leg)) if leg else None
    if message is None or getattr(message, "person", None) != wrong:
        return False
    unsent.reword(tx, handle, encode(replace(message, person=right)))
    return True
