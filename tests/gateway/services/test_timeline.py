"""The timeline in plain words."""

import json
from datetime import UTC, datetime
from string import ascii_lowercase

import pytest

from gateway.model.codes import CardState
from gateway.model.messages import EXCHANGES
from gateway.services.timeline import line, text
from gateway.services.words import WORDS
from gateway.store.rows import EventRow
from tests.gateway.services.conftest import World
from tests.gateway.services.test_journey import begin, view
from tests.gateway.services.test_operate import DOWN

NAMES = {"zhejiang": {"zh": "浙江省社会保险经办系统", "en": "Zhejiang provincial social insurance system"}}

# These come to us, or go to platforms: no party is waited for.
PUSHED = {
    *("EnrolmentDecided", "LevyResult", "Receipt", "PostPayment", "ReversePayment", "CorrectPayment", "RefundResult"),
    *("CheckPart", "CaseChanged"),
}
SENT = sorted(name for name, exchange in EXCHANGES.items() if exchange.changes and name not in PUSHED)


def said(code: str, language: str, **params: str) -> str:
    at = datetime(2026, 11, 10, tzinfo=UTC)
    event = EventRow(case="case_1", number=1, at=at, code=code, params=json.dumps(params))
    return line(event, language, NAMES)["text"]


@pytest.mark.parametrize("state", CardState)
@pytest.mark.parametrize("account", ["yes", "no"])
def test_what_was_found_of_a_card_is_chinese_in_chinese(state: CardState, account: str) -> None:
    told = said("card_found", "zh", party="zhejiang", state=state.value, account=account)
    assert not set(ascii_lowercase) & set(told)


@pytest.mark.parametrize("message", SENT)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_sent_without_a_readable_answer_is_called_by_its_plain_name(message: str, language: str) -> None:
    told = said("leg_uncertain", language, insurance="pension", party="zhejiang", message=message)
    assert message not in told
    assert WORDS[message][language] in told


def test_what_an_operator_did_is_said_in_the_language_of_the_reader() -> None:
    told = said("operator", "zh", operator="lin", action="settle as accepted", leg="leg_1", because="电话核实")
    assert "按已受理办结" in told
    assert "settle" not in told


def test_names_of_parties_stand_in_chinese_sentences_without_gaps() -> None:
    told = said("taken_in", "zh", insurance="pension", party="zhejiang", number="SL1")
    assert "：浙江省社会保险经办系统已收件" in told


def test_a_number_that_nobody_gave_is_a_dash() -> None:
    assert text("registered", {"insurance": "Pension", "party": "Hunan", "number": ""}, "en").endswith("(number -).")


def test_every_region_that_is_asked_is_counted_also_the_one_that_has_answered(world: World) -> None:
    world.hunan.answers("FindCover", DOWN)
    case = begin(world)
    world.carry_due()
    shown = view(world, case)
    asked = [leg["party"] for leg in shown["legs"] if leg["message"] == "FindCover"]
    (told,) = [each["text"] for each in shown["timeline"] if each["event"] == "checking"]
    assert told.startswith(f"{len(asked)} region(s)")
