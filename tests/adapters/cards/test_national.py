"""Three steps to an electronic card."""

from dataclasses import dataclass, field

import pytest

from adapters.cards.national import ElectronicCardTransport
from adapters.party import OrdinaryParty, Ways
from adapters.transport.exchange import Call
from gateway.errors import GatewayError
from gateway.model.card import CardFound, FindCard
from gateway.model.codes import CardState
from gateway.model.values import Region
from gateway.ports import Control, Document
from tests.adapters.memory import now, work
from tests.adapters.people import WORKER
from tests.adapters.spoken import Line, profile, spoken, theirs

DIALECT = spoken("card-electronic/1.0")
CARD = CardFound(found=True, card_number="C10043017", state=CardState.ACTIVE, region=Region("430100"))
ASKED = FindCard(WORKER)


@dataclass
class Platform:
    """Their side: each number serves the next step."""

    refuses: str = ""
    error: GatewayError = field(default_factory=lambda: GatewayError("not_found", thing="card"))
    controls: list[Control] = field(default_factory=list)

    def answer(self, document: Document, call: Call) -> Document:
        message, control = None, theirs()
        if call.message in DIALECT.tables.questions:
            name, control = DIALECT.read_question(document)
            assert name == call.message
        else:
            message, control = DIALECT.read(document)
            assert message == ASKED
        self.controls.append(control)
        if call.message == self.refuses:
            return DIALECT.refuse(self.error, message)
        if call.message == "Sign":
            assert (control.extra["id_number"], control.extra["name"]) == (WORKER.id_number, WORKER.name)
            return DIALECT.write_answer("Sign", (), theirs(sign_no="SN1"))
        if call.message == "Auth":
            assert control.extra["sign_no"] == "SN1"
            return DIALECT.write_answer("Auth", (), theirs(essc_no="ES1"))
        assert control.extra["essc_no"] == "ES1"
        return DIALECT.write(CARD, theirs(), ASKED)


def party(line: Line) -> OrdinaryParty:
    told = profile("cards/national")
    return OrdinaryParty(told, DIALECT, ElectronicCardTransport(line, told.id, DIALECT), Ways(), now)


def test_each_step_gives_the_number_for_the_next_and_all_are_one_business() -> None:
    platform = Platform()
    line = Line(platform.answer)
    assert party(line).ask(ASKED, work(ASKED).deadline) == CARD
    assert line.seen == ["Sign", "Auth", "FindCard"]
    assert len({control.extra["business"] for control in platform.controls}) == 1
    assert {control.sender for control in platform.controls} == {"4300000001"}


@pytest.mark.parametrize(("step", "seen"), [("Sign", 1), ("Auth", 2), ("FindCard", 3)])
def test_a_step_that_knows_no_card_answers_the_question(step: str, seen: int) -> None:
    line = Line(Platform(refuses=step).answer)
    assert party(line).ask(ASKED, work(ASKED).deadline) == CardFound(found=False)
    assert len(line.seen) == seen


@pytest.mark.parametrize("step", ["Sign", "Auth", "FindCard"])
def test_a_step_that_does_not_let_us_in_is_no_answer(step: str) -> None:
    line = Line(Platform(step, GatewayError("authentication_needed")).answer)
    with pytest.raises(GatewayError) as raised:
        party(line).ask(ASKED, work(ASKED).deadline)
    assert raised.value.kind.code == "authentication_needed"
