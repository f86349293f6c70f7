"""A province asks: about its own applications, or about a person whom other regions may know."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import CoverState, IdType, Insurance, Purpose, Scheme
from gateway.model.messages import Message
from gateway.model.person import Identity, Warrant
from gateway.model.province import Cover, CoverFound, FindCover, FindWorker, WithdrawEnrolment, WorkerFound
from gateway.model.values import Month, Region
from gateway.ports import Support
from gateway.services import ask as asking
from gateway.services import operate
from gateway.services.ask import ask
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_accept import REQUEST, enrolment, rows
from tests.gateway.services.test_journey import begin

PERSON = enrolment().worker.identity
STRANGER = Identity(IdType.RESIDENT_ID, "330106198806150021", "浙小厨")
BARE = Warrant(Purpose.ENROLMENT_CHECK)
CONSENT = Warrant(Purpose.ENROLMENT_CHECK, "consent-7")
JANUARY = Month.parse("2026-01")
COVER = Cover(Scheme.EMPLOYEE_PENSION, CoverState.ACTIVE, Region("430102"), Month.parse("2020-01"))
KNOWN_COVER = CoverFound(known=True, person_number="H1", covers=(COVER,))
UNKNOWN_COVER = CoverFound(known=False)
Answer = Callable[[Message], Message]


def find_cover(person: Identity = PERSON, warrant: Warrant = CONSENT) -> FindCover:
    return FindCover(person, (Insurance.PENSION,), JANUARY, JANUARY, warrant)


class Asked(ScriptedParty):
    """A province that answers straight questions; keeps what it was asked and by when."""

    def __init__(self, name: str, code: str, answer: Answer, messages: tuple[str, ...]) -> None:
        super().__init__(name, "province", [Support(message) for message in messages], regions=(code,))
        self._answer = answer
        self.questions: list[tuple[Message, datetime]] = []

    def ask(self, query: Message, deadline: datetime) -> Message:
        self.questions.append((query, deadline))
        return self._answer(query)


def region(name: str, code: str, answer: Message | Answer, *messages: str) -> Asked:
    given: Answer = answer if callable(answer) else lambda _: answer
    return Asked(name, code, given, messages or ("FindCover", "FindWorker"))


def no_answer(_: Message) -> Message:
    raise GatewayError("deadline_passed", party="somebody")


def among(world: World, *regions: Asked) -> Runtime:
    """The gateway among these provinces; the tax bureaus and the card centre are still there."""
    others = {name: party for name, party in world.runtime.parties.items() if party.family != "province"}
    return replace(world.runtime, parties=others | {each.id: each for each in regions})


def code_of(problem: pytest.ExceptionInfo[GatewayError]) -> str:
    return problem.value.kind.code


@pytest.fixture
def slow() -> Iterator[Asked]:
    """A region that does not answer before the test is over."""
    let_go = threading.Event()

    def answer(_: Message) -> Message:
        let_go.wait(60)
        return KNOWN_COVER

    yield region("guangdong", "44", answer)
    let_go.set()


def test_every_other_region_that_can_answer_is_asked_and_its_covers_are_told(world: World) -> None:
    beijing, hunan = region("beijing", "11", UNKNOWN_COVER), region("hunan", "43", KNOWN_COVER)
    own, unable = region("zhejiang", "33", KNOWN_COVER), region("tianjin", "12", KNOWN_COVER, "EnrolWorker")
    answer = ask(among(world, beijing, hunan, own, unable), "zhejiang", find_cover())
    assert answer == CoverFound(known=True, covers=(COVER,))
    assert [len(each.questions) for each in (beijing, hunan, own, unable)] == [1, 1, 0, 0]


def test_covers_of_several_regions_stand_side_by_side(world: World) -> None:
    other = replace(COVER, region=Region("110000"), scheme=Scheme.RESIDENT_PENSION)
    beijing = region("beijing", "11", CoverFound(known=True, covers=(other,)))
    answer = ask(among(world, beijing, region("hunan", "43", KNOWN_COVER)), "zhejiang", find_cover())
    assert answer.covers == (other, COVER)
    assert answer.unanswered == ()


def test_a_person_whom_nobody_knows_is_not_known(world: World) -> None:
    runtime = among(world, region("beijing", "11", WorkerFound(known=False)))
    assert ask(runtime, "zhejiang", FindWorker(PERSON, CONSENT)) == WorkerFound(known=False)


def test_the_region_that_knows_the_person_answers_for_the_person(world: World) -> None:
    found = WorkerFound(known=True, person_number="H1", region=Region("430102"))
    runtime = among(world, region("beijing", "11", WorkerFound(known=False)), region("hunan", "43", found))
    assert ask(runtime, "zhejiang", FindWorker(PERSON, CONSENT)) == found


@pytest.mark.parametrize(
    "question", [find_cover(warrant=BARE), FindWorker(PERSON, BARE)], ids=lambda each: type(each).__name__
)
def test_somebody_elses_person_is_not_asked_about_without_consent(world: World, question: Message) -> None:
    hunan = region("hunan", "43", KNOWN_COVER)
    with pytest.raises(GatewayError) as problem:
        ask(among(world, hunan), "zhejiang", question)
    assert code_of(problem) == "purpose_needed"
    assert problem.value.kind.status == 403
    assert hunan.questions == []


def test_a_province_asks_about_its_own_person_without_consent_and_about_no_other(world: World) -> None:
    begin(world)
    world.carry_due()
    runtime = among(world, region("hunan", "43", KNOWN_COVER))
    assert ask(runtime, "zhejiang", find_cover(warrant=BARE)).known
    with pytest.raises(GatewayError) as others:
        ask(runtime, "zhejiang", find_cover(STRANGER, BARE))
    assert code_of(others) == "purpose_needed"


def test_the_person_of_another_province_stays_another_provinces(world: World) -> None:
    begin(world)
    world.carry_due()
    with pytest.raises(GatewayError) as problem:
        ask(among(world, region("zhejiang", "33", KNOWN_COVER)), "hunan", find_cover(warrant=BARE))
    assert code_of(problem) == "purpose_needed"


def test_a_province_knows_its_own_person_by_the_old_number_too(world: World) -> None:
    begin(world)
    world.carry_due()
    old = Identity(IdType.RESIDENT_ID, "430102950307001", REQUEST["worker"]["name"])
    assert ask(among(world, region("hunan", "43", KNOWN_COVER)), "zhejiang", find_cover(old, BARE)).known


def test_a_region_that_stays_silent_is_named_and_the_others_are_told(world: World) -> None:
    runtime = among(world, region("beijing", "11", no_answer), region("hunan", "43", KNOWN_COVER))
    answer = ask(runtime, "zhejiang", find_cover())
    assert answer.covers == (COVER,)
    assert answer.unanswered == (Region("110000"),)


def test_a_region_whose_connection_breaks_in_an_unforeseen_way_is_silent_too(world: World) -> None:
    def broken(_: Message) -> Message:
        raise RuntimeError("not foreseen")

    runtime = among(world, region("beijing", "11", broken), region("hunan", "43", WorkerFound(known=False)))
    assert ask(runtime, "zhejiang", FindWorker(PERSON, CONSENT)).unanswered == (Region("110000"),)


def test_a_region_that_is_slow_is_not_waited_for_beyond_the_deadline(world: World, slow: Asked) -> None:
    runtime = among(world, slow, region("hunan", "43", KNOWN_COVER))
    deadline = world.clock() + timedelta(seconds=1)
    answer = ask(runtime, "zhejiang", find_cover(), deadline)
    assert answer.covers == (COVER,)
    assert answer.unanswered == (Region("440000"),)
    assert [by for _, by in slow.questions] == [deadline], "the region is told by when its answer is of use"


def test_where_no_region_answers_the_deadline_has_passed_for_all_of_them(world: World, slow: Asked) -> None:
    runtime = among(world, slow, region("hunan", "43", no_answer))
    with pytest.raises(GatewayError) as problem:
        ask(runtime, "zhejiang", find_cover(), world.clock() + timedelta(milliseconds=50))
    assert code_of(problem) == "deadline_passed"
    assert problem.value.kind.retry_safe
    assert "guangdong" in str(problem.value)
    assert "hunan" in str(problem.value)


class _Slipping(Future[Any]):
    """An answer that comes in while it is being looked whether it is there."""

    def done(self) -> bool:
        before = super().done()
        if not before:
            self.set_result(KNOWN_COVER)
        return before


class _Pool(ThreadPoolExecutor):
    def submit(self, verb: Any, /, *args: Any, **more: Any) -> Future[Any]:
        answer = verb(*args, **more)
        if answer is None:
            return _Slipping()
        given: Future[Any] = Future()
        given.set_result(answer)
        return given


def test_an_answer_that_comes_at_the_last_moment_is_told_or_its_region_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ThreadPoolExecutor", _Pool)
    runtime = among(world, region("beijing", "11", UNKNOWN_COVER), region("hunan", "43", lambda _: None))
    answer = ask(runtime, "zhejiang", find_cover(), world.clock())
    assert answer.covers == (COVER,) or answer.unanswered == (Region("430000"),)


def test_a_paused_region_is_not_asked_and_is_named(world: World) -> None:
    hunan = region("hunan", "43", KNOWN_COVER)
    runtime = among(world, region("beijing", "11", UNKNOWN_COVER), hunan)
    operate.pause(runtime, "hunan", paused=True, act=Act("tester", "pause", "maintenance"))
    assert ask(runtime, "zhejiang", find_cover()).unanswered == (Region("430000"),)
    assert hunan.questions == []


def test_a_question_leaves_no_trace_but_in_the_journal(world: World) -> None:
    ask(among(world, region("hunan", "43", KNOWN_COVER)), "zhejiang", find_cover(STRANGER))
    assert set(rows(world).values()) == {0}


def test_what_is_no_question_is_not_answered(world: World) -> None:
    message = WithdrawEnrolment("r", PERSON, Insurance.PENSION, JANUARY, "a mistake")
    with pytest.raises(GatewayError) as problem:
        ask(world.runtime, "zhejiang", message)
    assert code_of(problem) == "unsupported"
    assert "WithdrawEnrolment" in str(problem.value)


def test_a_region_is_asked_about_the_insurances_that_it_keeps_and_about_no_other(world: World) -> None:
    keeper, everything = region("hunan-resident", "43", KNOWN_COVER), region("hunan", "43", UNKNOWN_COVER)
    residents = (Insurance.RESIDENT_PENSION,)
    keeper.supports = {name: Support(name, keeps=residents) for name in ("FindCover", "FindWorker")}
    runtime = among(world, keeper, everything)
    asked = ask(runtime, "zhejiang", find_cover())
    assert (asked, keeper.questions) == (CoverFound(known=False), [])
    both = replace(find_cover(), insurances=(Insurance.PENSION, *residents))
    ask(runtime, "zhejiang", both)
    ask(runtime, "zhejiang", replace(both, insurances=()))
    ask(runtime, "zhejiang", FindWorker(PERSON, CONSENT))
    assert [getattr(question, "insurances", None) for question, _ in keeper.questions] == [residents, residents, None]
    assert [question for question, _ in everything.questions][1:3] == [both, replace(both, insurances=())]
