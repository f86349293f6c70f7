from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_table import TableDialect
from gateway.model.messages import Message
from gateway.ports import Document
from tests.mappings.fitting import controls, messages, replies, told, without
from tests.mappings.samples import Sample, every, made, read
from tests.strategies.records import records

LAW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
REFUSALS = {"no_place", "too_long_for_party", "cannot_store", "bad_character"}

REQUESTS = [(name, key) for name, spoken in made().items() for key in spoken.tables.requests]
REPLIES = [(name, key) for name, spoken in made().items() for key in spoken.tables.replies]
QUESTIONS = [(name, key) for name, spoken in made().items() for key in spoken.tables.questions]


def ids(pairs: Sequence[tuple[str, str | tuple[str, str]]]) -> list[str]:
    return [f"{name}-{key if isinstance(key, str) else '-'.join(part for part in key if part)}" for name, key in pairs]


def refusal(call: Callable[[], object]) -> str:
    """The code of the error that a call raises, "" where it raises none."""
    try:
        call()
    except GatewayError as error:
        return error.kind.code
    return ""


def lossy(spoken: TableDialect, side: Side) -> list[str]:
    return [*side.block.lossy, *spoken.tables.folder.dialect.lossy]


def same(side: Side, paths: Sequence[str], one: Sequence[Message], two: Sequence[Message]) -> bool:
    return [without(item, paths) for item in one] == [without(item, paths) for item in two]


def said_elsewhere(side: Side, message: Message) -> bool:
    """Whether the reply is the one that a text instead of rows stands for: nothing else is read of it then."""
    return (
        side.rows is not None
        and side.rows.is_nothing(message)
        and bool(side.rows.rows.none and side.rows.rows.none.tells)
    )


@pytest.mark.parametrize(("name", "key"), REQUESTS, ids=ids(REQUESTS))
@LAW
@given(st.data())
def test_a_request_that_is_written_is_read_as_it_was(name: str, key: tuple[str, str], data: st.DataObject) -> None:
    spoken = made()[name]
    side = spoken.tables.requests[key]
    message, control = data.draw(messages(side)), data.draw(controls(side))
    found, heard = spoken.read(spoken.write(message, control))
    assert same(side, lossy(spoken, side), [found], [message])
    assert heard == told(side, control)


@pytest.mark.parametrize(("name", "key"), REPLIES, ids=ids(REPLIES))
@LAW
@given(st.data())
def test_a_reply_that_is_written_is_read_as_it_was(name: str, key: str, data: st.DataObject) -> None:
    spoken = made()[name]
    side, asked = spoken.tables.replies[key], spoken.tables.requests[key, ""]
    about, control = data.draw(messages(asked)), data.draw(controls(side))
    [message] = data.draw(replies(side, [about]))
    found, heard = spoken.read(spoken.write(message, control, about), about)
    assert same(side, lossy(spoken, side), [found], [message])
    assert heard == told(side, control) or said_elsewhere(side, message)


@pytest.mark.parametrize(("name", "key"), QUESTIONS, ids=ids(QUESTIONS))
@LAW
@given(st.data())
def test_a_question_and_its_answer_are_read_as_they_were_written(name: str, key: str, data: st.DataObject) -> None:
    spoken = made()[name]
    asked, side = spoken.tables.questions[key]
    control = data.draw(controls(asked))
    assert spoken.read_question(spoken.write_question(key, control)) == (key, told(asked, control))
    answer = data.draw(st.lists(messages(side), max_size=3)) if side.record is not None else []
    control = data.draw(controls(side))
    found, heard = spoken.read_answer(key, spoken.write_answer(key, answer, control))
    assert same(side, lossy(spoken, side), found, answer)
    assert heard == told(side, control)


BUNDLES = [(name, key) for name, key in REPLIES if made()[name].tables.requests[key, ""].many]


@pytest.mark.parametrize(("name", "key"), BUNDLES, ids=ids(BUNDLES))
@LAW
@given(st.data())
def test_a_bundle_and_the_answers_to_each_of_its_messages_are_read_as_they_were_written(
    name: str, key: str, data: st.DataObject
) -> None:
    spoken = made()[name]
    asked, side = spoken.tables.requests[key, ""], spoken.tables.replies[key]
    bundle = data.draw(st.lists(messages(asked), min_size=2, max_size=4, unique_by=lambda one: one.reference))
    found, _ = spoken.read_many(spoken.write_many(bundle, data.draw(controls(asked))))
    assert same(asked, lossy(spoken, asked), found, bundle)
    answers = data.draw(replies(side, bundle))
    document = spoken.write_many(answers, data.draw(controls(side)), bundle)
    assert same(side, lossy(spoken, side), spoken.read_many(document, bundle)[0], answers)


@pytest.mark.parametrize(("name", "key"), REQUESTS, ids=ids(REQUESTS))
@LAW
@given(st.data())
def test_any_record_is_carried_whole_or_refused_with_the_reason(
    name: str, key: tuple[str, str], data: st.DataObject
) -> None:
    spoken = made()[name]
    side = spoken.tables.requests[key]
    assert side.record is not None
    message, control = data.draw(records(side.record)), data.draw(controls(side))
    refused = refusal(lambda: spoken.write(message, control))
    assert refused in REFUSALS or not refused
    if not refused:
        found, _ = spoken.read(spoken.write(message, control))
        assert same(side, lossy(spoken, side), [found], [message])


SAMPLES = {name: [sample for sample in every() if sample.dialect == name] for name in made()}


@pytest.mark.parametrize("name", sorted(SAMPLES))
@LAW
@given(st.data())
def test_a_damaged_document_is_read_or_refused_by_name(name: str, data: st.DataObject) -> None:
    sample: Sample = data.draw(st.sampled_from(SAMPLES[name]))
    body = sample.document.body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 40)))
    odd = [body[start:end] * 2, b"<", b'"', b"\xff", b"&#0;", b"{[", b"[" * 3000, b"1e999999999", b"9" * 5000]
    inserted = data.draw(st.binary(max_size=12) | st.sampled_from(odd))
    broken = body[:start] + inserted + body[end:]
    assert refusal(lambda: read(sample, Document(broken, sample.document.media_type))) != "internal"


@LAW
@given(st.sampled_from(sorted(made())), st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_bytes_that_are_no_document_are_refused_by_name(name: str, body: bytes) -> None:
    document = Document(body, "application/octet-stream")
    with pytest.raises(GatewayError):
        made()[name].read(document)
