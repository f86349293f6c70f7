from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table

from gateway.store.journal_tables import journal_records, journal_seal_heads, journal_seals
from tests.gateway.store.journals import JournalUnderTest, put_back, remove_seals, sealed_journal_at

TABLES: tuple[Table, ...] = (journal_records, journal_seals, journal_seal_heads)


def damage(journal: JournalUnderTest, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Remove, change, double or exchange something somewhere."""
    deed = draw(st.sampled_from(["remove", "change", "double", "exchange"]))
    if deed == "remove":
        remove_some(journal, draw)
    elif deed == "change":
        table = draw(st.sampled_from(TABLES))
        row = draw(st.sampled_from(journal.rows(table)))
        fixed = {"number"} if table is journal_seals else {"seal"}  # held in place by the foreign key
        column = draw(st.sampled_from([name for name in row if name not in fixed]))
        journal.change(table, row, **{column: changed(row[column], draw)})
    elif deed == "double":
        row = draw(st.sampled_from(journal.rows(journal_records)))
        journal.insert(journal_records, row | {"number": draw(st.integers(6, 2**40) | st.integers(-(2**40), 0))})
    else:
        exchange(journal, draw)


def remove_some(journal: JournalUnderTest, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    if draw(st.booleans()):
        rows = journal.rows(journal_records)
        journal.delete(journal_records, *draw(st.lists(st.sampled_from(rows), min_size=1, unique_by=id)))
    else:
        numbers = draw(st.sets(st.integers(1, 3), min_size=1))
        remove_seals(journal, lambda number: number not in numbers)


def changed(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    if isinstance(value, bytes):
        place, bit = draw(st.integers(0, len(value) - 1)), draw(st.integers(0, 7))
        cut = draw(
            st.sampled_from([value[:place], value[:place] + bytes([value[place] ^ 1 << bit]) + value[place + 1 :]])
        )
        return bytes(cut)
    if isinstance(value, int):
        return draw(st.integers(-(2**62), 2**62).filter(lambda drawn: not 0 < drawn < 6 and drawn != value))
    letters = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3)
    return draw(letters.filter(lambda drawn: drawn != value))


def exchange(journal: JournalUnderTest, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    one, two = draw(st.lists(st.sampled_from(journal.rows(journal_records)), min_size=2, max_size=2, unique_by=id))
    if draw(st.booleans()):
        column = draw(st.sampled_from(["ciphertext", "hash"]))
        journal.change(journal_records, one, **{column: two[column]})
        journal.change(journal_records, two, **{column: one[column]})
    else:
        journal.delete(journal_records, one, two)
        places = ("stream", "number")
        journal.insert(
            journal_records, one | {name: two[name] for name in places}, two | {name: one[name] for name in places}
        )


@pytest.fixture
def journal(empty_database_url: str, tmp_path: Path) -> Iterator[JournalUnderTest]:
    with sealed_journal_at(empty_database_url, tmp_path) as made:
        yield made


# The fixture is made once for all examples on purpose: each example puts the journal back before it ends.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_damage_to_a_sealed_journal_goes_unfound(journal: JournalUnderTest, data: st.DataObject) -> None:
    with put_back(journal):
        damage(journal, data.draw)
        assert not journal.verify().ok
