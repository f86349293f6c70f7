import sys
from collections.abc import Iterator

import pytest

from bench import large, questions
from bench.database import Server, postgresql
from bench.figures import Figure
from bench.inside.rows import rows
from bench.inside.spyne_peer import SpynePeer
from bench.inside.timing import microseconds
from bench.inside.translation import translation
from bench.options import Options
from bench.stack import stack


@pytest.fixture(autouse=True)
def _importers_as_they_were() -> Iterator[None]:
    """spyne brings an importer of an old kind, of which every later import of the process would be warned."""
    before = list(sys.meta_path)
    yield
    sys.meta_path[:] = before


TINY = Options(seconds=0.05, repetitions=1, connections=2, people=2, clients=3, cases=2)
NOWHERE = Server("none", lambda: "")


def named(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name.strip(): figure for figure in figures}


def test_each_message_is_measured_beside_a_person_a_floor_and_the_libraries_in_one_run() -> None:
    figures = translation(NOWHERE, TINY)
    sizes = [figure for figure in figures if figure.unit == "us"]
    assert [figure.name.split(",")[0] for figure in sizes] == ["EnrolWorker", *["GetContributionsAnswer"] * 2]
    for figure in sizes:
        assert {"written by hand", "floor: lxml parse + XSD validation", "zeep in and out"} <= set(figure.beside)
        assert "spyne in and out" in figure.beside or "not measured" in figure.notes[0]
    assert sum(figure.target is not None for figure in figures) >= 3 * 4


def test_a_peer_that_cannot_be_had_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: SpynePeer, name: str, record: type) -> None:
        raise RuntimeError(f"spyne cannot be imported for {name} of {record.__name__}")

    monkeypatch.setattr(SpynePeer, "__init__", missing)
    notes = [note for figure in translation(NOWHERE, TINY) for note in figure.notes]
    assert len(notes) == 3
    assert all(note.startswith("spyne in and out: not measured") for note in notes)


def test_rows_are_counted_for_brief_lines_and_for_full_ones() -> None:
    brief, full = rows(NOWHERE, TINY)
    assert brief.value > 0
    assert full.value > 0
    assert set(full.beside) == {"written by hand", "floor: lxml parse + XSD validation"}


def test_works_take_turns_and_each_call_has_a_number_of_its_own() -> None:
    seen: dict[str, list[int]] = {"a": [], "b": []}
    spent = microseconds({name: calls.append for name, calls in seen.items()}, 0.001, 1)
    assert set(spent) == {"a", "b"}
    for calls in seen.values():
        assert sorted(calls[6:]) == list(range(len(calls) - 6))


def test_questions_and_large_messages_are_answered_where_there_is_no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with postgresql() as server, stack(server.database()) as made:
        made.serve(1)
        asked = named(questions.beside_node(questions.of_gateway(made, TINY), server, TINY))[
            "GetProgress, everything on"
        ]
        sent = named(large.of_gateway(made, TINY))
    assert asked.value > 0
    assert {"engine and Flask alone", "with token and one row"} == set(asked.beside)
    assert asked.notes[-1] == "node soap: not measured, node and npm are not on this machine"
    assert sum(note.startswith("cost of ") for note in asked.notes) == 3
    assert sent["answers that were not 200"].value == 0
    assert sent["answers"].value > 0
