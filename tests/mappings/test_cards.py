"""What the card centres' answers mean, whatever their string looks like."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.model.card import CardFound, FindCard
from gateway.model.codes import CardState, IdType
from gateway.model.person import Identity
from gateway.model.values import Region
from tests.mappings.samples import every, made, read

ASKED = FindCard(Identity(IdType.RESIDENT_ID, "430102199003071015", "周远航"))
ASTERISK = CardFound(
    found=True,
    card_number="C10043017",
    state=CardState.ACTIVE,
    region=Region("220100"),
    valid_to=date(2034, 3, 1),
    bank="中国示例银行长春支行",
    account="6200000000000043017",
)
PIPED = replace(ASTERISK, card_number="HE0043017", region=Region("130100"), bank="中国示例银行石家庄支行")
ELECTRONIC = CardFound(found=True, card_number="C10043017", state=CardState.ACTIVE, region=Region("430100"))
SAMPLES = {(sample.dialect, sample.file): sample for sample in every()}


def found(dialect: str, file: str) -> object:
    return read(SAMPLES[f"{dialect}/1.0", file]).messages[0]


@pytest.mark.parametrize(
    ("dialect", "file", "card"),
    [
        ("card-asterisk", "find-card.active.reply.xml", ASTERISK),
        ("card-asterisk", "find-card.kiosk-names.reply.xml", ASTERISK),
        ("card-asterisk", "find-card.swapped.reply.xml", ASTERISK),
        ("card-piped", "find-card.active.reply.json", PIPED),
        ("card-piped", "find-card.swapped.reply.json", PIPED),
        ("card-electronic", "find-card.active.reply.json", ELECTRONIC),
        (
            "card-electronic",
            "find-card.swapped.reply.json",
            replace(ELECTRONIC, state=CardState.PROVISIONALLY_LOST),
        ),
    ],
)
def test_a_card_number_is_told_by_its_shape_from_the_code_beside_it(dialect: str, file: str, card: CardFound) -> None:
    assert found(dialect, file) == card


@pytest.mark.parametrize(
    ("file", "state"),
    [
        ("find-card.provisionally-lost.reply.xml", CardState.PROVISIONALLY_LOST),
        ("find-card.suspended.reply.xml", CardState.SUSPENDED),
        ("find-card.unknown-state.reply.xml", CardState.NOT_USABLE),
    ],
)
def test_a_state_is_read_from_its_number_or_its_word(file: str, state: CardState) -> None:
    card = found("card-asterisk", file)
    assert isinstance(card, CardFound)
    assert card.state is state


def test_of_several_cards_the_usable_one_counts_though_its_state_is_a_word() -> None:
    assert found("card-asterisk", "find-card.two-cards.reply.xml") == ASTERISK


@pytest.mark.parametrize("dialect", ["card-asterisk", "card-piped", "card-electronic"])
def test_no_card_is_an_answer(dialect: str) -> None:
    ending = "xml" if dialect == "card-asterisk" else "json"
    assert found(dialect, f"find-card.none.reply.{ending}") == CardFound(found=False)


@pytest.mark.parametrize("dialect", ["card-asterisk", "card-piped", "card-electronic"])
def test_every_centre_reads_whom_the_question_is_about(dialect: str) -> None:
    for sample in every():
        if sample.dialect == f"{dialect}/1.0" and sample.file.startswith("find-card") and sample.direction == "request":
            assert read(sample).messages == (ASKED,)


def test_the_other_services_of_a_centre_are_none_of_the_tables() -> None:
    for dialect in ("card-rpc", "card-asterisk", "card-piped", "card-electronic"):
        assert {message for message, _ in made()[f"{dialect}/1.0"].tables.requests} == {"FindCard"}
