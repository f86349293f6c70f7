from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.check_decisions import decisions
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.propose import propose
from gateway.mapping.propose_text import flow, scalar
from gateway.mapping.sample_named import example
from gateway.mapping.sample_shapes import shape_of
from gateway.mapping.wsdl_reader import read_wsdl
from gateway.model.messages import Message
from gateway.model.province import FindWorker, WorkerFound
from gateway.model.values import Region
from gateway.ports import Control, Document
from tests.commands.provinces import EXAMPLES, SAMPLES, change, copied, decided, told
from tests.gateway.mapping import wsdls
from tests.mappings.folders import MAPPINGS
from tests.strategies.records import records

REFUSALS = {"no_place", "too_long_for_party", "cannot_store", "bad_character"}
LAW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> TableDialect:
    return load(decided(copied(tmp_path_factory.mktemp("qinghai"))))


def refusal(call: Callable[[], object]) -> str:
    """The code of the error that a call raises, "" where it raises none."""
    try:
        call()
    except GatewayError as error:
        return error.kind.code
    return ""


def written(dialect: TableDialect, message: Message, about: Message | None = None) -> Document | None:
    """The document for a message, None where the dialect says that it has no place for it."""
    control = Control("leg_1", "", "", datetime(2026, 1, 5, tzinfo=UTC))
    refused = refusal(lambda: dialect.write(message, control, about))
    assert refused in REFUSALS or not refused
    return None if refused else dialect.write(message, control, about)


@LAW
@given(records(FindWorker))
def test_a_request_in_a_decided_proposal_is_carried_whole_or_refused(
    qinghai: TableDialect, message: FindWorker
) -> None:
    document = written(qinghai, message)
    if document is not None:
        found, control = qinghai.read(document)
        assert (found, control.message_id) == (message, "leg_1")


@LAW
@given(records(FindWorker), records(WorkerFound))
def test_a_reply_in_a_decided_proposal_is_carried_whole_or_refused(
    qinghai: TableDialect, about: FindWorker, message: WorkerFound
) -> None:
    message = replace(message, unanswered=())  # declared lossy: nobody else was asked
    document = written(qinghai, message, about)
    if document is not None:
        assert qinghai.read(document, about)[0] == message


def test_what_a_decided_proposal_has_a_place_for_is_not_refused(qinghai: TableDialect) -> None:
    about, _ = qinghai.read(Document(SAMPLES[0].read_bytes(), "text/xml"))
    known = WorkerFound(known=True, person_number="42", region=Region("630102"))
    for message in (known, WorkerFound(known=False)):
        document = written(qinghai, message, about)
        assert document is not None
        assert qinghai.read(document, about)[0] == message


@LAW
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_document_is_read_or_refused_by_name(
    qinghai: TableDialect, sample: Path, data: st.DataObject
) -> None:
    body = sample.read_bytes()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 40)))
    inserted = data.draw(st.binary(max_size=12) | st.sampled_from([b"<a>" * 300, b"&x;", b"<!DOCTYPE a>", b"\xff"]))
    about, _ = qinghai.read(Document(SAMPLES[0].read_bytes(), "text/xml"))
    document = Document(body[:start] + inserted + body[end:], "text/xml")
    for asked in (None, about):
        assert refusal(partial(qinghai.read, document, asked)) != "internal"


def test_an_encoded_rpc_wsdl_becomes_a_dialect_that_says_the_types_of_its_values(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    source = ("--wsdl", str(wsdls.encoded(tmp_path)), "--message", "find=FindWorker")
    told(mappings, "party", "new", "provinces/qinghai", *source)
    folder = mappings / "dialects" / "qinghai" / "1.0"
    options = yaml.safe_load((folder / "dialect.yaml").read_text("utf-8"))["options"]
    assert options["encoded"] is True
    assert options["types"]["find.page"] == "int"
    assert options["elements"]["findResponse.return"] == ["item*"]
    table = yaml.safe_load((folder / "messages" / "find-worker.yaml").read_text("utf-8"))
    assert table["reply"]["rows"]["there"] == "reply.return.item"
    # Required and nowhere in the contract: named, so that somebody says where it stands.
    assert {"person.name", "warrant.purpose"} <= {line["here"] for line in table["request"]["lines"]}


def test_of_a_call_that_holds_one_string_only_examples_tell_the_rest(tmp_path: Path) -> None:
    shape = read_wsdl(wsdls.one_string(tmp_path))
    made = propose(shape, ("qinghai", "1.0"), {"find": "FindWorker"}, MAPPINGS, {})
    options = yaml.safe_load(made.files["dialect.yaml"])["options"]
    assert (options["parameter"], options["answer"], options["operations"]) == ("xml", "findReturn", ["find"])
    assert options["request"].startswith("? the root in the string")


def test_an_operation_whose_message_nobody_said_is_open_with_all_its_fields(tmp_path: Path) -> None:
    shape = read_wsdl(EXAMPLES / "si.wsdl")
    made = propose(shape, ("qinghai", "1.0"), {}, MAPPINGS, {})
    for name, text in made.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    opened = list(decisions(tmp_path))
    assert made.messages == ()
    assert any("message (which message queryPerson carries)" in each for each in opened)
    assert any("here of request.aac003" in each for each in opened)


def test_a_column_is_not_ignored_because_another_message_has_no_use_for_it(tmp_path: Path) -> None:
    """AAE140 says which insurance it is: a report on progress may leave it unread, an answer about cover may not."""
    wsdl = tmp_path / "si.wsdl"
    wsdl.write_bytes((EXAMPLES / "si.wsdl").read_bytes().replace(b'"aac005"', b'"aae140"'))
    made = propose(read_wsdl(wsdl), ("qinghai", "1.0"), {"queryPerson": "FindCover"}, MAPPINGS, {})
    (line,) = [each for each in made.files["messages/find-cover.yaml"].splitlines() if "there: aae140" in each]
    assert 'here: "?"' in line


def test_a_field_of_ours_that_wants_a_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "dialect.yaml").write_text('lines:\n  - {there: "?", here: person.name}\n', encoding="utf-8")
    told = f"{tmp_path / 'dialect.yaml'}, line 2: to be decided: there of person.name"
    assert list(decisions(tmp_path)) == [told]


def test_what_is_open_is_named_with_the_line_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "codes.yaml").write_text('a:\n  codes:\n    - {there: "1", here: "?"}\n', encoding="utf-8")
    assert list(decisions(tmp_path)) == [f"{tmp_path / 'codes.yaml'}, line 3: to be decided: here of 1"]
    change(tmp_path / "codes.yaml", ('"?"', "pension"))
    assert list(decisions(tmp_path)) == []


def test_examples_show_what_may_be_left_out_and_what_may_be_repeated(tmp_path: Path) -> None:
    for name, text in {"one": '{"a": "1", "rows": [{"b": 1}]}', "two": '{"rows": []}'}.items():
        (tmp_path / f"find.{name}.reply.json").write_text(text, encoding="utf-8")
    (tmp_path / "find.request.json").write_text('{"x": true}', encoding="utf-8")
    shape = shape_of([example(path) for path in sorted(tmp_path.iterdir())])
    found = dict(shape.operations[0].reply.leaves())
    assert found["a"].optional
    assert found["rows[].b"].kind == "number"
    assert dict(shape.operations[0].request.leaves())["x"].kind == "boolean"


@pytest.mark.parametrize(
    "text", ["1", "01", "true", "null", "", " a", "a ", "a: b", "#a", "?", "a, b", "周", "- a", "1.0", "~"]
)
def test_whatever_is_written_is_read_again_as_the_same_text(text: str) -> None:
    assert yaml.safe_load(f"- {scalar(text)}") == [text]
    assert yaml.safe_load(flow({"a": [text, {"b": text}]})) == {"a": [text, {"b": text}]}
