"""What a call says of itself before it is understood, in every dialect that carries questions."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_called import called, loses
from gateway.mapping.dialect_table import TableDialect
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindWorker
from gateway.ports import Control, Document
from tests.adapters.memory import NOW
from tests.adapters.spoken import spoken

ASKED = FindWorker(Identity(IdType.RESIDENT_ID, "430102199003071015", "周远航"), Warrant(Purpose.TRANSFER, "c-1"))
CONTROL = Control("m-1", "their-user", "gateway", NOW)
made = cache(spoken)
DIALECTS = ("molss/1.0", "yinhai/1.0", "prm/1.0", "hosdata/1.0", "jiangsu-json/1.0", "cjb/1.0")


@pytest.mark.parametrize("name", DIALECTS)
def test_message_user_and_password_stand_where_the_tables_have_them(name: str) -> None:
    dialect = made(name)
    said = called(dialect, dialect.write(ASKED, CONTROL))
    assert (said.message, said.question, said.user, said.secret) == ("FindWorker", "", "their-user", "secret")
    assert (said.signature, said.signed) == ("", "")
    assert "secret" not in repr(said), "a password is never shown"


@pytest.mark.parametrize(
    ("name", "question"), [("molss/1.0", "Login"), ("hosdata/1.0", "SignIn"), ("yinhai/1.0", "GetSerial")]
)
def test_a_question_without_a_message_has_its_name(name: str, question: str) -> None:
    dialect = made(name)
    control = Control("m-1", "their-user", "gateway", NOW, {"machine": "1|2|3", "trade": "BL01"})
    said = called(dialect, dialect.write_question(question, control))
    assert (said.message, said.question, said.secret) == ("", question, "secret")


def test_what_is_in_no_table_has_no_name() -> None:
    dialect = made("molss/1.0")
    document = dialect.write(ASKED, CONTROL)
    said = called(dialect, Document(document.body.replace(b"F27.01", b"F99.99"), document.media_type))
    assert (said.message, said.question, said.user) == ("", "", "their-user")


def test_a_signature_comes_with_the_document_inside_that_it_is_over() -> None:
    dialect = made("yinhai/1.0")
    document = dialect.write(ASKED, CONTROL)
    body = document.body.replace(b"</in:system>", b"<signature>c2ln</signature></in:system>")
    said = called(dialect, Document(body, document.media_type))
    assert said.signature == "c2ln"
    assert said.signed.startswith("<input><aac058>01</aac058>")


def test_what_is_not_of_the_syntax_is_an_error() -> None:
    with pytest.raises(GatewayError):
        called(made("molss/1.0"), Document(b"{}", "application/json"))


def error_of(dialect: TableDialect, document: Document) -> str:
    """The code of the error that a call is, "" for one that says something."""
    try:
        called(dialect, document)
    except GatewayError as error:
        return error.kind.code
    return ""


@pytest.mark.parametrize("name", DIALECTS)
@given(st.data())
def test_a_damaged_call_says_something_or_is_an_error_by_name(name: str, data: st.DataObject) -> None:
    dialect = made(name)
    document = dialect.write(ASKED, CONTROL)
    at = data.draw(st.integers(0, len(document.body)))
    until = data.draw(st.integers(at, min(at + 40, len(document.body))))
    broken = document.body[:at] + data.draw(st.binary(max_size=12)) + document.body[until:]
    assert error_of(dialect, replace(document, body=broken)) in ("", "xml_refused", "bad_character")


def test_what_an_answer_has_no_place_for_is_known() -> None:
    assert loses(made("molss/1.0"), "FindCover") == {"unanswered"}
    assert loses(made("molss/1.0"), "GetRights") == frozenset()
