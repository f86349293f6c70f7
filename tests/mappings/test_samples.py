from collections.abc import Iterator, Sequence

import pytest

from gateway.errors import GatewayError
from gateway.mapping.dialect_plan import Plan
from gateway.mapping.dialect_side import Side
from tests.mappings.flat import differences
from tests.mappings.samples import Read, Sample, every, made, outcome, read, write

# Samples that are no answer, and what they are: what the party said, or that nobody can read it.
NO_ANSWERS = {
    "login.wrong-password.reply.xml": "authentication_needed",
    "find-cover.sql-exception.reply.xml": "party_fault",
    "find-worker.two-records.reply.xml": "ambiguous_at_party",
    "enrol-worker.already.reply.xml": "party_refused",
    "enrol-worker.name-too-long.reply.xml": "party_fault",
    "enrol-worker.fault.reply.xml": "party_fault",
    "enrol-worker.session-lost.reply.xml": "authentication_needed",
    "enrol-worker.garbled.reply.xml": "unreadable",
    "enrol-worker.html.reply.xml": "unreadable",
    "get-progress.no-row.reply.xml": "not_found",
    "declare-levy.wrong-count.reply.json": "party_refused",
    "any.bad-sign.reply.json": "authentication_needed",
    "any.html.reply.txt": "unreadable",
    "find-card.bare-text.reply.xml": "party_fault",
    "find-card.wrong-password.reply.xml": "authentication_needed",
    "find-card.fault.reply.xml": "party_fault",
}
SAMPLES = every()


def error_of(sample: Sample) -> str:
    """Its entry in the index may say it."""
    return sample.error or NO_ANSWERS.get(sample.file, "")


ANSWERS = [sample for sample in SAMPLES if not error_of(sample)]


def named(samples: Sequence[Sample]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", samples, ids=[f"{sample.dialect}-{sample.file}" for sample in samples])


@named([sample for sample in SAMPLES if error_of(sample)])
def test_what_is_no_answer_says_which_kind_of_trouble_it_is(sample: Sample) -> None:
    error = outcome(sample)
    assert isinstance(error, GatewayError)
    assert error.kind.code == error_of(sample)


@named(ANSWERS)
def test_what_a_sample_says_survives_being_written_and_read_again(sample: Sample) -> None:
    said = read(sample)
    again = read(sample, write(sample, said))
    assert again.messages == said.messages
    assert shown(again) == shown(said)


def shown(said: Read) -> dict[str, object]:
    """The control without what is only reported of one document, and what stands in a query string, not in a file."""
    reported = {"differs", "unlisted", "other_rows", "rows", "rows_in_all", "unknown_fields", "session_id"}
    extra = {name: value for name, value in said.control.extra.items() if name not in reported}
    return {"id": said.control.message_id, "by": said.control.sender, "at": said.control.sent_at, "extra": extra}


@named(ANSWERS)
def test_a_sample_is_written_as_it_was_but_for_the_places_declared(sample: Sample) -> None:
    allowed = {place for side in sides_of(sample) for place, _, _ in declared(side)}
    assert not {place for place in changed(sample) if not any(covers(known, place) for known in allowed)}


@pytest.mark.parametrize("dialect", sorted(made()))
def test_every_place_declared_to_be_written_otherwise_is_so_in_some_sample(dialect: str) -> None:
    """A line in a group counts once, wherever the group is used."""
    seen: dict[str, bool] = {}
    for sample in (item for item in ANSWERS if item.dialect == dialect):
        odd = changed(sample)
        for side in sides_of(sample):
            for place, line, normalised in declared(side):
                if normalised:
                    seen[line] = seen.get(line, False) or any(covers(place, found) for found in odd)
    assert [line for line, differs in seen.items() if not differs] == []


def changed(sample: Sample) -> set[str]:
    return differences(sample.dialect, sample.document.body, write(sample, read(sample)).body)


def sides_of(sample: Sample) -> list[Side]:
    """The compiled table that a sample is of."""
    said = read(sample)
    tables = sample.spoken.tables
    if said.question:
        return [tables.questions[said.question][sample.direction == "reply"]]
    if sample.direction == "reply" and said.abouts:
        return [tables.replies[type(said.abouts[0]).__name__]]
    return [tables.requests[type(said.messages[0]).__name__, said.control.extra.get("variant", "")]]


def declared(side: Side) -> Iterator[tuple[str, str, bool]]:
    """(place, line, whether it must differ somewhere) of everything that a table declares to be dropped or changed."""
    for place, reason in side.block.normalised.items():
        yield place, f"{side.name}: {place} ({reason})", True
    yield from of_plan(side.plan, "")
    if side.row_plan is not None and side.block.rows is not None:
        take = side.block.rows.take
        yield from of_plan(side.row_plan, f"{side.block.rows.there}{'' if take == 'itself' else '[]'}.")


def of_plan(plan: Plan, before: str) -> Iterator[tuple[str, str, bool]]:
    for step in plan.steps:
        placed = step.placed
        if step.line.normalised or step.line.ignored:
            for name in step.names:
                place = before + ".".join((*step.group, name))
                yield place, f"{placed.file.path.name}:{placed.file.line(*placed.steps)}", bool(step.line.normalised)
        if step.each is not None:
            inside = before if step.names == ("*",) else f"{before}{'.'.join((*step.group, *step.names))}[]."
            yield from of_plan(step.each, inside)


def covers(known: str, place: str) -> bool:
    """Whether a declared place is the place, or holds it."""
    known = known.removesuffix(".*")
    either = (place, place.replace("[+]", "[]"))
    return known in either or any(one.startswith((f"{known}.", f"{known}[]")) for one in either)


def test_every_shape_of_a_reply_has_a_sample_that_can_be_read() -> None:
    read_ones = {(item.dialect, side.name) for item in ANSWERS for side in sides_of(item) if item.direction == "reply"}
    wanted = {(name, side.name) for name, spoken in made().items() for side in spoken.tables.replies.values()}
    assert wanted - read_ones == set()
