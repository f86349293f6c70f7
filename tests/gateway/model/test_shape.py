"""The one list of fields, read off the dataclasses of the canonical language."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest

from gateway.model import card, person, platform, province, tax, treasury
from gateway.model.codes import Insurance
from gateway.model.messages import EXCHANGES
from gateway.model.shape import PERSONAL, SCALARS, Doc, Shape, Text, Whole, shapes, text_of
from gateway.model.values import Money, Month, Region

WORDS = Doc("A word.", "词")
IDENTIFYING = {"id_number", "name", "mobile", "person_number", "card_number", "account"}


@dataclass(frozen=True)
class Part:
    amount: Money


@dataclass(frozen=True)
class Sample:
    plain: str
    bounded: Annotated[str, Text(max=5, min=2, pattern="[a-z]+", form="small letters"), WORDS]
    number: Annotated[int, Whole(min=1, max=9)]
    secret: Annotated[str, PERSONAL]
    part: Part
    parts: tuple[Part, ...]
    insurance: Insurance | None = None
    months: Annotated[tuple[Month, ...], WORDS] = ()
    class_: Annotated[str | None, Text(max=3)] = None


def records() -> set[type]:
    """Every record that a message consists of."""
    found: set[type] = set()
    waiting = [each for exchange in EXCHANGES.values() for each in (exchange.request, exchange.reply)]
    waiting += [platform.Enrolment]
    while waiting:
        record = waiting.pop()
        found.add(record)
        waiting += [item.kind for item in shapes(record) if item.is_record and item.kind not in found]
    return found


RECORDS = sorted(records(), key=lambda record: record.__name__)


def shape(name: str) -> Shape:
    return next(item for item in shapes(Sample) if item.name == name)


def test_the_fields_stand_in_the_order_of_the_record_under_the_names_of_the_border() -> None:
    names = ["plain", "bounded", "number", "secret", "part", "parts", "insurance", "months", "class"]
    assert [item.name for item in shapes(Sample)] == names


def test_a_field_is_required_where_the_record_gives_no_default() -> None:
    assert [item.name for item in shapes(Sample) if not item.required] == ["insurance", "months", "class"]


def test_a_field_says_what_one_item_is_and_how_many_there_are() -> None:
    assert (shape("parts").kind, shape("parts").many, shape("parts").is_record) == (Part, True, True)
    assert (shape("part").kind, shape("part").many, shape("part").is_record) == (Part, False, True)
    assert (shape("months").kind, shape("months").many, shape("months").is_record) == (Month, True, False)
    assert (shape("insurance").kind, shape("insurance").many) == (Insurance, False)


def test_bounds_words_and_the_mark_of_personal_data_come_along() -> None:
    assert shape("bounded").bounds == Text(max=5, min=2, pattern="[a-z]+", form="small letters")
    assert shape("bounded").doc == WORDS
    assert shape("months").doc == WORDS
    assert shape("number").bounds == Whole(min=1, max=9)
    assert shape("class").bounds == Text(max=3)
    assert (shape("plain").bounds, shape("plain").doc) == (None, None)
    assert [item.name for item in shapes(Sample) if item.personal] == ["secret"]


@pytest.mark.parametrize("hint", [float, dict, bytes, list[str], object])
def test_what_the_canonical_language_does_not_have_is_refused(hint: Any) -> None:
    made: Any = dataclass(type("Odd", (), {"__annotations__": {"odd": hint}, "__module__": __name__}))
    with pytest.raises(TypeError, match="odd"):
        shapes(made)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Money(102480), "1024.80"),
        (Month.parse("2026-01"), "2026-01"),
        (Region("330106"), "330106"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 8, tzinfo=UTC), "2026-01-31T08:00:00+00:00"),
        (True, "true"),
        (False, "false"),
        (Insurance.RESIDENT_PENSION, "resident_pension"),
        (60, "60"),
        ("a & b", "a & b"),
    ],
)
def test_a_scalar_has_one_text_and_is_read_back_from_it(value: Any, text: str) -> None:
    assert text_of(value) == text
    assert SCALARS.get(type(value), type(value))(text) == value


@pytest.mark.parametrize("text", ["True", "1", "yes", ""])
def test_a_truth_value_has_two_texts_and_no_more(text: str) -> None:
    with pytest.raises(KeyError):
        SCALARS[bool](text)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_of_every_message_is_of_the_canonical_language(record: type) -> None:
    found = shapes(record)
    assert len(found) == len(fields(record))
    assert len({item.name for item in found}) == len(found)
    for item in found:
        if isinstance(item.bounds, Text):
            assert 0 < item.bounds.min <= item.bounds.max
            assert not item.bounds.pattern or item.bounds.form, "people know the pattern by a name"
        if isinstance(item.bounds, Whole):
            assert item.bounds.min < item.bounds.max


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_whatever_identifies_a_person_is_marked(record: type) -> None:
    unmarked = [item.name for item in shapes(record) if item.name in IDENTIFYING and not item.personal]
    assert unmarked == [] or record is tax.Component, "a component has the name of its kind"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_word_is_said_in_both_languages(record: type) -> None:
    for item in shapes(record):
        if item.doc is not None:
            assert item.doc.en.endswith(".")
            assert any("\u4e00" <= character <= "\u9fff" for character in item.doc.zh)


def test_a_message_that_changes_something_is_told_from_a_question() -> None:
    questions = {name for name, exchange in EXCHANGES.items() if not exchange.changes}
    assert questions == {
        "FindCover",
        "FindWorker",
        "GetProgress",
        "GetRights",
        "GetContributions",
        "CheckTotals",
        "CheckTrades",
        "FindLevy",
        "FindCard",
        "CheckPackages",
        "AskAgain",
        "FindTransaction",
    }
    assert all(exchange.name == name == exchange.request.__name__ for name, exchange in EXCHANGES.items())


def test_every_record_is_frozen() -> None:
    modules = (card, person, platform, province, tax, treasury)
    of_ours = [each for module in modules for each in vars(module).values() if isinstance(each, type)]
    found = [each for each in of_ours if hasattr(each, "__dataclass_params__")]
    assert [each for each in found if not each.__dataclass_params__.frozen] == []
