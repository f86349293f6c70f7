"""What a party keeps instead of characters that it cannot store stands on the case, whatever becomes of the try."""

from collections.abc import Callable

from gateway.ports import KEPT_AS, Outcome, OutcomeKind, Work
from gateway.services import views
from gateway.services.receive import receive
from tests.gateway.services.conftest import World, accepted, registered
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view

KEPT = "㛃→jie"


def keeping(outcome: Callable[[Work], Outcome], instead: str = KEPT) -> Callable[[Work], Outcome]:
    """A party that keeps something else, as its adapter notes it before anything is sent."""

    def answered(work: Work) -> Outcome:
        work.attempt.remember(KEPT_AS, instead)
        return outcome(work)

    return answered


def lines(world: World, case: str, language: str) -> list[str]:
    with world.runtime.store.reading() as tx:
        shown = views.case_view(world.runtime, tx, case, "demo-platform", language)
    return [line["text"] for line in shown["timeline"] if line["event"] == "kept_otherwise"]


def test_the_platform_reads_it_in_both_languages_and_is_notified(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", keeping(registered))
    case = begin(world)
    world.carry_due()
    assert lines(world, case, "en") == [
        "zhejiang cannot store every character of what it was sent and keeps its agreed form instead: 㛃→jie."
    ]
    assert lines(world, case, "zh") == ["zhejiang无法存储部分字符，按其替代字符表留存：㛃→jie。"]
    told = [work.message.event for work in world.platform.delivered]
    assert told.index("kept_otherwise") < told.index("registered")


def test_each_form_is_told_once_however_many_documents_carry_it(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", keeping(registered))
    world.zhejiang.answers("StartCover", keeping(lambda _: accepted(None)))
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    assert events(world, case).count("kept_otherwise") == 1


def test_what_was_not_sent_is_not_told_and_what_an_inquiry_finds_is(world: World) -> None:
    unsent = Outcome(OutcomeKind.UNREACHABLE, reason="no route")
    lost = Outcome(OutcomeKind.UNCERTAIN, reason="the answer was lost")
    world.zhejiang.answers("EnrolWorker", keeping(lambda _: unsent))
    case = begin(world)
    world.carry_due()
    assert "kept_otherwise" not in events(world, case)
    world.zhejiang.answers("EnrolWorker", lambda _: lost)
    world.zhejiang.finds("EnrolWorker", registered)
    world.clock.forward(minutes=5)
    world.carry_due()
    world.clock.forward(minutes=5)
    world.carry_due()
    assert events(world, case).count("kept_otherwise") == 1
    assert "registered" in events(world, case)


def test_a_table_that_changed_meanwhile_is_told_again(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", keeping(registered))
    world.zhejiang.answers("StartCover", keeping(lambda _: accepted(None), "㛃→洁"))
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert [line.rpartition(" ")[2] for line in lines(world, case, "en")] == ["㛃→jie.", "㛃→洁."]
