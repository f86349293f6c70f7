"""Several works at once: each with the outcome that it would have alone, its note kept before its first byte."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from adapters.party import ordinary
from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import CoverFound
from gateway.ports import Attempt, Control, Outcome, OutcomeKind, Work, carries_together
from tests.adapters.gateway_province import decided, party, province
from tests.adapters.memory import NOW, MemoryAttempt, MemoryJournal
from tests.adapters.people import DECLARE, ENROL, FIND_COVER
from tests.adapters.servers import half, reset, serving


@dataclass
class MemoryDesk:
    """A desk that shows what it was given. `refuses`: notes cannot be kept."""

    refuses: bool = False
    commits: list[list[tuple[str, str]]] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    def remember(self, notes: Sequence[tuple[Attempt, str, str]]) -> None:
        if self.refuses:
            raise OSError("the disk is full")
        self.commits.append([(attempt.id, key) for attempt, key, _ in notes])
        for attempt, key, value in notes:
            attempt.remember(key, value)

    def about(self, work: Work) -> AbstractContextManager[None]:
        @contextmanager
        def lines() -> Iterator[None]:
            self.named.append(work.leg)
            yield

        return lines()

    def done(self, outcomes: Sequence[tuple[Work, Outcome]]) -> None:
        for work, outcome in outcomes:
            assert work.leg not in self.outcomes, "of each work once"
            self.outcomes[work.leg] = outcome


def works(*messages: Message, seconds: float = 20) -> list[Work]:
    deadline = NOW + timedelta(seconds=seconds)
    return [Work(f"leg_{n}", "case_1", each, MemoryAttempt(f"leg_{n}"), deadline) for n, each in enumerate(messages)]


def carried(
    url: str, given: list[Work], desk: MemoryDesk | None = None, journal: MemoryJournal | None = None
) -> MemoryDesk:
    desk = desk or MemoryDesk()
    zhejiang = carries_together(party(url, journal))
    assert zhejiang is not None
    zhejiang.deliver_each(given, desk)
    return desk


def accepted(*_: object) -> Message:
    return decided(Decision.ACCEPTED)


def test_each_work_has_its_own_outcome_and_the_log_names_it() -> None:
    def replies(message: Message, control: Control) -> Message | GatewayError:
        if control.message_id == "leg_1":
            return GatewayError("not_eligible", insurance="pension", reason="超龄")
        return decided(Decision.RECEIVED if control.message_id == "leg_2" else Decision.ACCEPTED)

    given = works(ENROL, ENROL, ENROL)
    with province(replies) as heard:
        desk = carried(heard.server.url, given)
    kinds = {leg: outcome.kind for leg, outcome in sorted(desk.outcomes.items())}
    assert kinds == {"leg_0": OutcomeKind.ACCEPTED, "leg_1": OutcomeKind.REFUSED, "leg_2": OutcomeKind.RECEIVED}
    assert given[2].attempt.recall(ordinary.ACCEPTANCE) == ""
    assert sorted(desk.named) == ["leg_0", "leg_0", "leg_1", "leg_1", "leg_2", "leg_2"], "writing it and reading it"


def test_the_notes_of_all_are_kept_together_before_the_first_byte_and_a_question_needs_none() -> None:
    given = works(ENROL, FIND_COVER, ENROL)
    seen: list[list[str | None]] = []

    def replies(message: Message, _: Control) -> Message:
        seen.append([work.attempt.recall(ordinary.SENT) for work in given])
        return CoverFound(known=False) if message == FIND_COVER else decided(Decision.ACCEPTED)

    with province(replies) as heard:
        desk = carried(heard.server.url, given)
    assert desk.commits == [[("leg_0", "sent"), ("leg_2", "sent")]]
    assert seen == [[NOW.isoformat(), None, NOW.isoformat()]] * 3


def test_all_documents_are_in_the_journal_before_any_of_them_leaves() -> None:
    journal = MemoryJournal()
    written: list[int] = []

    def replies(*_: object) -> Message:
        written.append([crossing.direction for crossing in journal.crossings].count("out"))
        return decided(Decision.ACCEPTED)

    with province(replies) as heard:
        carried(heard.server.url, works(ENROL, ENROL, ENROL), journal=journal)
    assert written == [3, 3, 3]
    assert sorted((each.direction, each.about) for each in journal.crossings) == [
        (direction, f"leg_{n}") for direction in ("in", "out") for n in range(3)
    ]


@pytest.mark.parametrize("script", [half, reset])
def test_no_readable_answer_leaves_a_change_in_doubt_and_a_question_to_be_asked_again(script: object) -> None:
    with serving(script) as server:  # type: ignore[arg-type]  # one of the scripts above
        desk = carried(server.url, works(ENROL, FIND_COVER))
    assert desk.outcomes["leg_0"].kind is OutcomeKind.UNCERTAIN
    assert desk.outcomes["leg_1"].kind is OutcomeKind.UNREACHABLE


@pytest.mark.parametrize(("desk", "journal"), [(MemoryDesk(refuses=True), None), (None, MemoryJournal(refuses="out"))])
def test_what_cannot_be_noted_or_recorded_is_not_sent(desk: MemoryDesk | None, journal: MemoryJournal | None) -> None:
    with province(accepted) as heard:
        desk = carried(heard.server.url, works(ENROL, ENROL), desk, journal)
    assert {outcome.kind for outcome in desk.outcomes.values()} == {OutcomeKind.UNREACHABLE}
    assert heard.messages == []


def test_one_that_the_journal_does_not_take_keeps_none_of_the_others() -> None:
    class Choosy(MemoryJournal):
        def record(self, crossing: object) -> str:
            if getattr(crossing, "about", "") == "leg_1":
                raise ValueError("not this one")
            return super().record(crossing)  # type: ignore[arg-type]  # a crossing

    with province(accepted) as heard:
        desk = carried(heard.server.url, works(ENROL, ENROL, ENROL), journal=Choosy())
    kinds = [desk.outcomes[f"leg_{n}"].kind for n in range(3)]
    assert kinds == [OutcomeKind.ACCEPTED, OutcomeKind.UNREACHABLE, OutcomeKind.ACCEPTED]


def test_one_that_cannot_be_written_keeps_none_of_the_others() -> None:
    given = works(DECLARE, ENROL)
    with province(accepted) as heard:
        desk = carried(heard.server.url, given)
    assert desk.outcomes["leg_1"].kind is OutcomeKind.ACCEPTED
    assert desk.outcomes["leg_0"].kind is OutcomeKind.REFUSED
    assert len(heard.messages) == 1


def test_the_places_that_a_load_held_are_free_again() -> None:
    with province(accepted) as heard:
        zhejiang = party(heard.server.url)
        as_one = carries_together(zhejiang)
        assert as_one is not None
        for _ in range(3):
            desk = MemoryDesk()
            as_one.deliver_each(works(*[ENROL] * (zhejiang.concurrency + 4)), desk)
            assert {outcome.kind for outcome in desk.outcomes.values()} == {OutcomeKind.ACCEPTED}
