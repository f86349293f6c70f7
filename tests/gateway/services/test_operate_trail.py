"""What an operator did stands written: on the timeline, in the journal, tied to the case."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.model.codes import LegState
from gateway.services import operate
from gateway.services.evidence import Evidence
from gateway.services.operate import Act
from gateway.store.journal import JournalWriter
from gateway.store.journal_reader import linked, read
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import Remembered
from tests.gateway.services.test_journey import begin, view
from tests.gateway.services.test_operate import ACT, doubtful, leg, refusal

ACTS: dict[str, Callable[[World, str], None]] = {
    "retry": lambda world, case: operate.retry(world.runtime, leg(world, case, "FindCover").id, ACT),
    "cancel": lambda world, case: operate.cancel(world.runtime, leg(world, case, "FindCover").id, ACT),
    "settle": lambda world, case: operate.settle_as(
        world.runtime, leg(world, case, "FindCover").id, LegState.REFUSED, ACT
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_on_a_leg_stands_on_the_timeline_with_who_and_why_and_in_the_journal(world: World, act: str) -> None:
    case = begin(world)
    row = leg(world, case, "FindCover")
    ACTS[act](world, case)
    (told,) = [line for line in view(world, case)["timeline"] if line["event"] == "operator"]
    assert all(word in told["text"] for word in (ACT.operator, ACT.action, ACT.because, row.id))
    (kept,) = [each for each in journal(world).crossings if each.party == "operator"]
    content = json.loads(kept.body)
    assert (content["operator"], content["because"], content["leg"]) == (ACT.operator, ACT.because, row.id)


@pytest.mark.parametrize("paused", [True, False])
def test_pausing_and_resuming_a_party_stands_in_the_journal(world: World, paused: bool) -> None:
    operate.pause(world.runtime, "hunan", paused=paused, act=Act("tester", "pause", "maintenance"))
    (kept,) = journal(world).crossings
    assert json.loads(kept.body) == {
        "operator": "tester",
        "action": "pause",
        "because": "maintenance",
        "party": "hunan",
    }


def test_an_act_that_is_refused_changes_nothing(world: World) -> None:
    case = doubtful(world)
    before = view(world, case)
    refusal(operate.retry, world.runtime, leg(world, case, "EnrolWorker").id, ACT)
    refusal(operate.replay_webhook, world.runtime, leg(world, case, "EnrolWorker").id, ACT)
    assert view(world, case) == before


def journal(world: World) -> Remembered:
    """The journal of the world, with what was handed to it."""
    kept = world.runtime.journal._journal
    assert isinstance(kept, Remembered)
    return kept


def test_an_act_is_kept_by_the_gateways_own_journal_and_tied_to_its_case(world: World) -> None:
    store = world.runtime.store
    writer = JournalWriter(store.engine, store.keyring, world.clock, "command")
    runtime = replace(world.runtime, journal=Evidence(writer))
    case = begin(world)
    operate.cancel(runtime, leg(world, case, "FindCover").id, ACT)
    writer.close()
    with store.reading() as tx:
        ((record, _),) = linked(tx.connection, case)
    assert json.loads(read(store.engine, store.keyring, record))["because"] == ACT.because
