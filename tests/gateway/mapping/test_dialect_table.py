import json
from collections.abc import Callable

import pytest

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.card import FindCard
from gateway.model.codes import CardState, CoverState, Scheme
from gateway.model.person import Identity
from gateway.model.province import Cover, CoverFound, EnrolmentDecided, GetProgress
from gateway.model.values import Month, Region
from gateway.ports import Document
from tests.mappings.examples import MAKERS, control, levy, receipt, sample
from tests.mappings.samples import Sample, read

HTML = "text/html;charset=GBK"


@pytest.fixture(scope="module")
def molss() -> TableDialect:
    return MAKERS["molss/1.0"]()


@pytest.fixture(scope="module")
def levies() -> TableDialect:
    return MAKERS["levy-exchange/1.0"]()


@pytest.fixture(scope="module")
def cards() -> TableDialect:
    return MAKERS["card-rpc/1.0"]()


def cover_found(molss: TableDialect, change: Callable[[bytes], bytes]) -> CoverFound:
    about = read(Sample("molss/1.0", "find-cover.request.xml", "request")).messages[0]
    found, _ = molss.read(Document(change(sample("find-cover.one-row.reply.xml")), HTML), about)
    assert isinstance(found, CoverFound)
    return found


def test_an_unknown_code_is_an_error_that_names_the_field_and_what_is_known(molss: TableDialect) -> None:
    with pytest.raises(GatewayError) as raised:
        cover_found(molss, lambda body: body.replace(b'aac012="20"', b'aac012="77"'))
    assert raised.value.kind.code == "unmapped"
    assert raised.value.params["found"] == "1,77"
    assert "310,20" in raised.value.params["known"]


def test_a_missing_field_is_an_error_and_never_empty(molss: TableDialect) -> None:
    with pytest.raises(GatewayError, match="aae041 is missing"):
        cover_found(molss, lambda body: body.replace(b' aae041="202601"', b""))


def test_a_pair_of_states_that_nobody_lists_is_unknown_and_reported(molss: TableDialect) -> None:
    about = read(Sample("molss/1.0", "find-cover.request.xml", "request")).messages[0]
    body = sample("find-cover.one-row.reply.xml").replace(b'aac008="1"', b'aac008="5"')
    found, heard = molss.read(Document(body, HTML), about)
    assert found.covers[0].state is CoverState.UNKNOWN
    assert heard.extra["unlisted"] == "aae140+aac031+aac008=1,1,5"


def test_the_same_pair_means_another_thing_in_the_residents_scheme(molss: TableDialect) -> None:
    found, _ = molss.read(Document(sample("find-cover.states.reply.xml"), HTML), any_cover_question())
    assert [(cover.scheme, cover.state) for cover in found.covers[:2]] == [
        (Scheme.EMPLOYEE_PENSION, CoverState.DRAWING),
        (Scheme.RESIDENT_PENSION, CoverState.SUSPENDED),
    ]


def any_cover_question() -> object:
    return read(Sample("molss/1.0", "find-cover.request.xml", "request")).messages[0]


def test_an_unknown_field_is_refused_where_the_table_is_closed_and_shown_where_it_is_open(molss: TableDialect) -> None:
    with pytest.raises(GatewayError, match="aac999"):
        cover_found(molss, lambda body: body.replace(b"<row ", b'<row aac999="1" '))
    about = read(Sample("molss/1.0", "find-worker.request.xml", "request")).messages[0]
    body = sample("find-worker.private-use.reply.xml").replace(b"<row ", b'<row aac999="1" ')
    assert molss.read(Document(body, HTML), about)[1].extra["unknown_fields"] == "aac999"


@pytest.mark.parametrize("name", ["clientsql", "addsql", "sqlstr", "aac999"])
def test_sql_and_every_other_unknown_parameter_of_a_request_is_refused(molss: TableDialect, name: str) -> None:
    body = sample("find-cover.request.xml").replace(b'<para cxyt="1"/>', f'<para cxyt="1"/><para {name}="x"/>'.encode())
    with pytest.raises(GatewayError, match=name):
        molss.read(Document(body, HTML))


def test_one_page_of_several_is_no_answer_unless_it_was_asked_for(molss: TableDialect) -> None:
    page = Document(sample("find-cover.page-1-of-2.reply.xml"), HTML)
    with pytest.raises(GatewayError, match="2 of 3 rows"):
        molss.read(page, any_cover_question())
    found, heard = molss.read_part(page, any_cover_question())
    assert (len(found.covers), heard.extra["rows"], heard.extra["rows_in_all"]) == (2, "2", "3")


def test_the_same_record_twice_is_one_and_two_different_ones_are_never_chosen_from(molss: TableDialect) -> None:
    about = read(Sample("molss/1.0", "find-worker.request.xml", "request")).messages[0]
    body = sample("find-worker.two-records.reply.xml")
    with pytest.raises(GatewayError) as raised:
        molss.read(Document(body, HTML), about)
    assert raised.value.kind.code == "ambiguous_at_party"
    same = body.replace(b"43030000000000991", b"43010000002004377").replace(b'aac301="430300"', b'aac301="430302"')
    assert molss.read(Document(same, HTML), about)[0].person_number == "43010000002004377"


def test_the_password_is_written_by_reference_and_blanked_for_the_journal(
    molss: TableDialect, cards: TableDialect
) -> None:
    document = molss.write(GetProgress(reference="r"), control())
    assert b'<para pwd="p&quot;w"/>' in document.body
    assert b'<para pwd=""/>' in molss.blank(document)
    assert b"p&quot;w" not in molss.blank(document)
    for para in (b'<para usr="us" pwd="p"/>', b"<para a='>' pwd = 'p' usr=\"us\"/>", b'<para\n\tPWD="p"/>'):
        assert b"p" not in molss.blank(Document(para, "text/html")).lower().replace(b"para", b"").replace(b"pwd", b"")
    other = molss.write(GetProgress(reference="r"), control(credential="ANOTHER"))
    assert b'pwd="other"' in other.body
    asked = cards.write(FindCard(levy().person), control("card-hubei"))
    assert b">c&lt;d</pass>" in asked.body
    assert cards.blank(asked) == asked.body.replace(b"c&lt;d", b"")


def test_a_password_that_is_not_set_is_missed_before_anything_is_sent(molss: TableDialect) -> None:
    with pytest.raises(GatewayError, match="PARTY_JINAN_SECRET"):
        molss.write(GetProgress(reference="r"), control("jinan"))


def test_the_session_travels_as_a_cookie(molss: TableDialect) -> None:
    assert molss.write(GetProgress(reference="r"), control(session="ABC1")).headers["Cookie"] == "JSESSIONID=ABC1"
    login = molss.write_question("Login", control(machine="10.0.0.8|gw-01|02:00:00:00:00:01"))
    assert b'funid="F00.00.00.00|10.0.0.8|gw-01|02:00:00:00:00:01"' in login.body
    answer = Document(sample("login.reply.xml"), HTML, {"set-cookie": "JSESSIONID=ABC1; Path=/, other=1"})
    assert molss.read_answer("Login", answer)[1].extra["session"] == "ABC1"


@pytest.mark.parametrize("dots", ["‧", "•"])
def test_what_is_told_again_of_the_person_is_compared_by_its_folded_form(cards: TableDialect, dots: str) -> None:
    about = FindCard(Identity(levy().person.id_type, "430102199003071015", "周·远航"))
    body = sample("find-card.active.reply.xml", "card-rpc/1.0").replace("周远航".encode(), f"周{dots}远航".encode())
    assert "differs" not in cards.read(Document(body, "text/xml"), about)[1].extra


def test_a_card_of_somebody_else_is_no_answer_and_another_name_is_reported(cards: TableDialect) -> None:
    about = FindCard(levy().person)
    body = sample("find-card.active.reply.xml", "card-rpc/1.0")
    with pytest.raises(GatewayError, match="AAC002 says something else"):
        cards.read(Document(body.replace(b"430102199003071015", b"430102198805122027"), "text/xml"), about)
    renamed = body.replace("周远航".encode(), "周远".encode())
    assert cards.read(Document(renamed, "text/xml"), about)[1].extra["differs"] == "AAC003"


def test_a_card_number_is_told_by_its_shape_and_two_of_them_say_nothing(cards: TableDialect) -> None:
    about, body = FindCard(levy().person), sample("find-card.swapped.reply.xml", "card-rpc/1.0")
    assert cards.read(Document(body, "text/xml"), about)[0].card_number == "C10043017"
    with pytest.raises(GatewayError, match="cannot be told"):
        cards.read(Document(body.replace(b"430100D15600000500A1B2C3D4E5F607", b"D10043018"), "text/xml"), about)


def test_a_card_state_that_nobody_lists_is_not_usable_and_reported(cards: TableDialect) -> None:
    body = sample("find-card.active.reply.xml", "card-rpc/1.0").replace(b"AAZ502&gt;1&lt;", b"AAZ502&gt;7&lt;")
    found, heard = cards.read(Document(body, "text/xml"), FindCard(levy().person))
    assert found.state is CardState.NOT_USABLE
    assert heard.extra["unlisted"] == "AAZ502=7"


def test_each_dialect_says_no_in_its_own_way(molss: TableDialect, levies: TableDialect, cards: TableDialect) -> None:
    refused = GatewayError("authentication_needed", reason="x")
    shown = json.loads(levies.refuse(refused, receipt(), control("tax-hunan")).body)
    assert (shown["head"]["errorCode"], shown["head"]["success"], shown["head"]["api"]) == ("401", False, "/v1/receipt")
    shown = json.loads(levies.refuse(GatewayError("unreadable", party="x", message="y", reason="z")).body)
    assert shown["head"]["errorCode"] == "400"
    for dialect, about in ((molss, GetProgress(reference="r")), (levies, receipt()), (cards, FindCard(levy().person))):
        with pytest.raises(GatewayError) as raised:
            dialect.read(dialect.refuse(refused, about, control()), about)
        assert raised.value.kind.code == "authentication_needed"


def test_what_a_dialect_does_not_carry_is_unsupported(molss: TableDialect) -> None:
    with pytest.raises(GatewayError) as raised:
        molss.write(levy(), control())
    assert raised.value.kind.code == "unsupported"
    with pytest.raises(GatewayError):
        molss.write(
            EnrolmentDecided(
                read(Sample("molss/1.0", "enrol-worker.done.reply.xml", "reply", "enrol-worker.request.xml"))
                .messages[0]
                .decision
            ),
            control(),
        )


def test_what_no_row_can_say_is_refused_and_not_left_out(molss: TableDialect) -> None:
    cover = Cover(Scheme.UNEMPLOYMENT, CoverState.ACTIVE, Region("430100"), Month.parse("2026-01"))
    with pytest.raises(GatewayError) as raised:
        molss.write(CoverFound(known=False, covers=(cover,)), control(), any_cover_question())
    assert (raised.value.kind.code, raised.value.params["field"]) == ("no_place", "known")
