"""An identity is put right: on the person, in what is sent afterwards, and only by a person where it is another's."""

from gateway.services import changes
from gateway.services.receive import receive
from gateway.store import identities, persons
from tests.gateway.services.changed import RIGHT, able, another, correction, paid, told, wish, worker
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST
from tests.gateway.services.test_changes_of_person import WRONG, ask, code
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view


def test_a_corrected_identity_keeps_both_numbers_on_the_person(world: World) -> None:
    case = paid(world)
    ask(world, "identity", case)
    world.carry_due()
    person = worker(world, case)
    (message,) = told(world, "CorrectIdentity")
    assert (message.person.id_number, message.corrected.id_number) == (WRONG, RIGHT)
    with world.runtime.store.reading() as tx:
        assert persons.find(tx, WRONG) == persons.find(tx, RIGHT) == person
        assert identities.current(tx, person).id_number == RIGHT
        assert identities.numbers(tx, person) == (WRONG, RIGHT)


def test_whatever_is_sent_after_a_correction_names_the_worker_rightly(world: World) -> None:
    assessed(able(world))
    case = begin(world)
    world.carry_due()
    ask(world, "identity", case)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    (started,) = told(world, "StartCover")
    assert started.person.id_number == RIGHT
    ask(world, "details", case, "d")
    world.carry_due()
    assert told(world, "ChangeDetails")[0].person.id_number == RIGHT


def test_a_correction_back_and_forth_ends_where_it_was_last_put_right(world: World) -> None:
    case = paid(world)
    for number, header in ((RIGHT, "a"), (WRONG, "b"), (RIGHT, "c")):
        changes.correct_identity(world.runtime, wish(worker(world, case), header), correction(number))
        world.carry_due()
        world.clock.forward(minutes=1)
        with world.runtime.store.reading() as tx:
            assert identities.current(tx, worker(world, case)).id_number == number


def test_a_name_alone_is_put_right(world: World) -> None:
    case = paid(world)
    changes.correct_identity(world.runtime, wish(worker(world, case)), correction(WRONG, "湘晓骑"))
    world.carry_due()
    with world.runtime.store.reading() as tx:
        assert identities.current(tx, worker(world, case)).name == "湘晓骑"
    assert code(world, changes.correct_identity, case, correction(WRONG, "湘晓骑")) == "nothing_to_change"


def other_worker(world: World, number: str = RIGHT) -> str:
    return another(world, worker=REQUEST["worker"] | {"id_number": number, "name": "另一人"})


def test_a_number_of_somebody_else_on_record_is_never_merged_by_the_machine(world: World) -> None:
    case = paid(world)
    other_worker(world)
    assert code(world, changes.correct_identity, case, correction()) == "identity_taken"


def test_a_number_that_somebody_else_got_meanwhile_is_a_persons_to_decide(world: World) -> None:
    case = paid(world)
    change = ask(world, "identity", case)
    other_worker(world)
    world.carry_due()
    assert view(world, change)["status"] == "needs_person"
    assert "identity_taken" in events(world, change)
    with world.runtime.store.reading() as tx:
        assert identities.current(tx, worker(world, case)).id_number == WRONG
