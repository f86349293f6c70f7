"""What waits in the queue while an identity is put right."""

from datetime import timedelta

from gateway.model.codes import Decision, Purpose
from gateway.model.person import Warrant
from gateway.model.province import EnrolmentDecided, FindWorker
from gateway.services.receive import receive
from gateway.services.records import encode, request
from gateway.store import cases, identities, legs
from tests.gateway.services.changed import RIGHT, taken_in
from tests.gateway.services.conftest import World
from tests.gateway.services.test_changes_of_person import WRONG, ask, in_two_provinces


def test_what_waits_in_the_queue_goes_out_under_the_number_that_its_party_knows(world: World) -> None:
    first, _ = in_two_provinces(world)
    wait(world, first, "zhejiang", "tax-zhejiang", "hunan")
    world.hunan.answers("CorrectIdentity", taken_in)
    ask(world, "identity", first)
    world.carry_due()
    assert waiting(world, first) == {"zhejiang": RIGHT, "tax-zhejiang": RIGHT, "hunan": WRONG}
    receive(world.runtime, "hunan", EnrolmentDecided(Decision.ACCEPTED, acceptance_number="SL-7"))
    assert waiting(world, first)["hunan"] == RIGHT


def wait(world: World, case: str, *asked: str) -> None:
    """Put a question to each of these parties into the queue, to be sent tomorrow."""
    with world.runtime.store.work("test") as tx:
        identity = identities.current(tx, cases.get(tx, case).person)
        question = encode(FindWorker(identity, Warrant(Purpose.BENEFIT, "c-1")))
        for party in asked:
            legs.add(tx, legs.NewLeg(case, party, "FindWorker", question, due_at=tx.now + timedelta(days=1)))


def waiting(world: World, case: str) -> dict[str, str]:
    """The number that each of these questions names."""
    with world.runtime.store.reading() as tx:
        found = [leg for leg in legs.of_case(tx, case) if leg.message == "FindWorker"]
        return {leg.party: request(leg.message, legs.payload(tx, leg)).person.id_number for leg in found}
