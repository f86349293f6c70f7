from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.province import CoverFound, FindWorker, GetProgress, WorkerFound
from gateway.model.values import Region
from gateway.ports import Document
from gateway.store.journal_reader import read
from tests.gateway.web.door import Gate
from tests.gateway.web.spoken import CALLERS, PERSON, QUESTIONS, SECRET, WARRANT, Answering, Calling, calling

ASKED = [
    (party, name) for party in CALLERS for name in QUESTIONS if party != "hunan" or name in ("FindWorker", "FindCover")
]


@pytest.fixture
def sichuan() -> Answering:
    """Who knows the worker."""
    return Answering("chengdu")


@pytest.fixture
def hunan(door: Gate, sichuan: Answering) -> Iterator[Calling]:
    with calling(door, "hunan", sichuan) as made:
        yield made


def refused(province: Calling, document: Document, status: int = HTTPStatus.OK) -> GatewayError:
    """The error that the province reads in the answer to a question."""
    answer = province.send(document)
    assert answer.status_code == status, "these systems look for errors inside the document"
    with pytest.raises(GatewayError) as raised:
        province.read(answer, FindWorker(PERSON, WARRANT))
    return raised.value


@pytest.mark.parametrize(("party", "name"), ASKED)
def test_every_province_asks_in_its_own_dialect_what_its_tables_have(door: Gate, party: str, name: str) -> None:
    question, expected = QUESTIONS[name]
    knows = Answering("chengdu")
    with calling(door, party, knows) as province:
        assert province.ask(question) == expected
    heard: Any = knows.heard[0]
    assert (heard.person, heard.warrant) == (PERSON, WARRANT)
    assert door.journal()[-1][:2] == ("out", party)


def test_a_person_whom_nobody_knows_is_an_answer(hunan: Calling, sichuan: Answering) -> None:
    sichuan.given["FindCover"] = CoverFound(known=False)
    assert hunan.ask(QUESTIONS["FindCover"][0]) == CoverFound(known=False)


def test_both_documents_are_kept_without_the_password(hunan: Calling) -> None:
    hunan.ask(FindWorker(PERSON, WARRANT))
    gate = hunan.gate
    assert gate.journal() == [("in", "hunan", "own_soap"), ("out", "hunan", "own_soap")]
    kept = read(gate.runtime.store.engine, gate.runtime.store.keyring, f"{gate.writer.stream}.1")
    assert PERSON.id_number.encode() in kept
    assert SECRET.encode() not in kept


def test_a_password_in_an_odd_place_is_not_kept_either(hunan: Calling) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    odd = document.body.replace(b'<para usr="hunan"/><para pwd="secret"/>', b'<para usr="hunan" pwd="secret"/>')
    answer = hunan.send(replace(document, body=odd))
    assert hunan.read(answer, FindWorker(PERSON, WARRANT)) == QUESTIONS["FindWorker"][1]
    gate = hunan.gate
    kept = read(gate.runtime.store.engine, gate.runtime.store.keyring, f"{gate.writer.stream}.1")
    assert kept == odd.replace(b"secret", b"")


@pytest.mark.parametrize("party", CALLERS)
def test_a_wrong_password_is_told_in_the_dialects_own_words_and_nobody_is_asked(door: Gate, party: str) -> None:
    knows = Answering("chengdu")
    with calling(door, party, knows) as province:
        document = province.document(FindWorker(PERSON, WARRANT))
        headers = {name: "wrong" if value == SECRET else value for name, value in document.headers.items()}
        wrong = Document(document.body.replace(SECRET.encode(), b"wrong"), document.media_type, headers)
        assert refused(province, wrong).kind.code == "authentication_needed"
    assert knows.heard == []
    assert door.journal()[0][:2] == ("in", "unidentified")


def test_half_a_character_in_a_password_is_a_wrong_password(door: Gate) -> None:
    with calling(door, "hunan-resident", Answering("chengdu")) as province:
        document = province.document(FindWorker(PERSON, WARRANT))
        odd = document.body.replace(b'"secret"', b'"\\ud800"')
        assert refused(province, replace(document, body=odd)).kind.code == "authentication_needed"


def test_a_name_that_gbk_has_only_in_its_private_part_comes_back_as_it_was_sent(hunan: Calling) -> None:
    question = FindWorker(replace(PERSON, name="䶮小骑"), WARRANT)
    sent = hunan.document(question)
    assert b"\xfe\x9f" in sent.body
    answer = hunan.send(sent)
    assert hunan.read(answer, question) == QUESTIONS["FindWorker"][1]
    assert b'aac003="\xfe\x9f' in answer.data


def test_the_user_of_another_party_does_not_get_in(hunan: Calling) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    answer = hunan.gate.http.post("/soap/hunan", data=document.body, headers=hunan.gate.bearer("demo-province"))
    with pytest.raises(GatewayError) as raised:
        hunan.read(answer, FindWorker(PERSON, WARRANT))
    assert raised.value.kind.code == "authentication_needed"


def test_a_bearer_token_serves_as_well_as_a_password(hunan: Calling) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    bare = Document(document.body.replace(SECRET.encode(), b""), document.media_type)
    answer = hunan.send(bare, **hunan.gate.bearer("hunan"))
    assert hunan.read(answer, FindWorker(PERSON, WARRANT)) == QUESTIONS["FindWorker"][1]


def test_a_caller_without_the_scope_is_told_that_there_is_no_such_function(door: Gate, sichuan: Answering) -> None:
    with calling(door, "hunan", sichuan, scopes=("soap:tell",)) as hunan:
        assert refused(hunan, hunan.document(FindWorker(PERSON, WARRANT))).kind.code == "insufficient_scope"
    assert sichuan.heard == []


def test_without_a_consent_nobody_is_asked_about_a_stranger(hunan: Calling, sichuan: Answering) -> None:
    error = refused(hunan, hunan.document(FindWorker(PERSON, replace(WARRANT, consent=None))))
    assert (error.kind.code, "授权" in error.params["reason"]) == ("party_refused", True)
    assert sichuan.heard == []


@pytest.mark.parametrize("name", ["aac999", "clientsql"])
def test_an_unknown_field_in_what_we_are_asked_is_an_error(hunan: Calling, sichuan: Answering, name: str) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    body = document.body.replace(b"</in:business>", f'<para {name}="1=1"/></in:business>'.encode())
    assert name in refused(hunan, replace(document, body=body)).params["reason"]
    assert sichuan.heard == []


def test_a_function_that_is_not_served_is_told_as_hunan_tells_it(hunan: Calling) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    answer = hunan.send(replace(document, body=document.body.replace(b"F27.01", b"F99.99")))
    assert 'message="功能号不存在"' in answer.data.decode("gb18030")


def test_what_only_provinces_take_is_not_served(hunan: Calling) -> None:
    document = hunan.document(FindWorker(PERSON, WARRANT))
    answer = hunan.send(replace(document, body=document.body.replace(b"F00.01.03", b"F20.03")))
    assert 'message="功能号不存在"' in answer.data.decode("gb18030")


@pytest.mark.parametrize("body", [b"", b"<", b"\xff\xfe\x00", b"<a/>"], ids=["empty", "cut off", "bytes", "other"])
def test_what_is_no_document_of_the_dialect_is_kept_and_told(hunan: Calling, body: bytes) -> None:
    error = refused(hunan, Document(body, "text/html;charset=GBK"))
    assert error.kind.code == "party_refused"
    assert hunan.gate.journal()[0][:2] == ("in", "unidentified")


def test_an_answer_that_would_leave_out_a_silent_region_is_not_given(door: Gate, sichuan: Answering) -> None:
    other = Answering("kunming", ("53",))
    sichuan.given["FindCover"], other.silent = CoverFound(known=False), True
    with calling(door, "hunan", sichuan, other) as hunan:
        error = refused(hunan, hunan.document(QUESTIONS["FindCover"][0]))
    assert (error.kind.code, "kunming" in error.params["reason"]) == ("party_fault", True)


@pytest.mark.parametrize("party", CALLERS)
def test_silence_is_told_as_no_decision_in_every_dialect(door: Gate, party: str) -> None:
    silent = Answering("chengdu")
    silent.silent = True
    # A SOAP fault comes with 500, at Hunan's kind of servlet excepted.
    status = HTTPStatus.INTERNAL_SERVER_ERROR if party in ("sichuan", "hebei") else HTTPStatus.OK
    with calling(door, party, silent) as province:
        error = refused(province, province.document(FindWorker(PERSON, WARRANT)), status)
    assert error.kind.code == "party_fault"


def test_a_worker_who_was_found_is_found_though_another_region_was_silent(door: Gate, sichuan: Answering) -> None:
    other = Answering("kunming", ("53",))
    other.silent = True
    with calling(door, "hunan", sichuan, other) as hunan:
        assert hunan.ask(FindWorker(PERSON, WARRANT)) == QUESTIONS["FindWorker"][1]


def test_what_hunan_cannot_store_is_an_error_and_no_question_mark(hunan: Calling, sichuan: Answering) -> None:
    sichuan.given["FindWorker"] = WorkerFound(known=True, person_number="𬱖1", region=Region("510104"))
    assert refused(hunan, hunan.document(FindWorker(PERSON, WARRANT))).kind.code in ("party_refused", "party_fault")


def test_an_error_of_ours_is_told_as_no_decision_and_without_what_is_inside(
    hunan: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr("gateway.services.ask.ask_regions", fail)
    error = refused(hunan, hunan.document(FindWorker(PERSON, WARRANT)))
    assert (error.kind.code, "inside" in error.params["reason"]) == ("party_fault", False)


def test_a_page_that_is_not_the_first_is_refused_since_every_row_stands_there(hunan: Calling) -> None:
    error = refused(hunan, hunan.document(QUESTIONS["FindCover"][0], startrow="501"))
    assert "startrow" in error.params["reason"]


def test_progress_is_answered_from_our_own_cases(gate: Gate) -> None:
    case = gate.enrol(workplace_region="430102", registered_region="430102").get_json()["case"]
    gate.carry_due()
    asked = GetProgress(reference=f"{case}.pension")
    with calling(gate, "hunan") as hunan:
        answer: Any = hunan.ask(asked)
        assert (answer.decision.value, answer.acceptance_number) == ("received", "SL-1")
        unknown = hunan.send(hunan.document(GetProgress(reference="x.pension")))
        assert b'<resultset name="querylist"></resultset><result row_count="0"/>' in unknown.data


@pytest.mark.parametrize("party", CALLERS)
def test_an_application_that_we_do_not_know_is_not_found_in_every_dialect(door: Gate, party: str) -> None:
    asked = GetProgress(reference="x.pension")
    with calling(door, party) as province:
        answer = province.send(province.document(asked))
        with pytest.raises(GatewayError) as raised:
            province.read(answer, asked)
    assert raised.value.kind.code == "not_found"


def test_a_question_is_counted_by_what_came_of_it(hunan: Calling) -> None:
    def counted(result: str) -> float:
        text = hunan.gate.http.get("/metrics").text
        wanted = f'gateway_questions_total{{message="FindWorker",party="hunan",result="{result}"}} '
        return next((float(line.removeprefix(wanted)) for line in text.splitlines() if line.startswith(wanted)), 0.0)

    before = counted("answered"), counted("purpose_needed")
    hunan.ask(FindWorker(PERSON, WARRANT))
    hunan.send(hunan.document(FindWorker(PERSON, replace(WARRANT, consent=None))))
    assert (counted("answered"), counted("purpose_needed")) == (before[0] + 1, before[1] + 1)
