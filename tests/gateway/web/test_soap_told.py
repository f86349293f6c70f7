"""What a caller of /soap/gateway is told where something is wrong, or is not taken there."""

from lxml import etree

from tests.gateway.web.door import Gate
from tests.gateway.web.envelopes import FIND_WORKER, OURS, envelope, exchange, security, send


def test_what_is_not_taken_here_is_said_before_its_fields_are_looked_at(door: Gate) -> None:
    empty = f'<WithdrawEnrolment xmlns="{OURS}"><x/></WithdrawEnrolment>'
    assert send(door, envelope(security(door.clock()) + exchange(), empty)).text("code") == "unsupported"


def test_an_unknown_operation_is_answered_with_those_that_are_taken_here(door: Gate) -> None:
    answer = send(door, envelope(security(door.clock()) + exchange(), f'<Nonsense xmlns="{OURS}"/>'))
    assert answer.text("text").endswith(" are FindCover, FindWorker, EnrolmentDecided, GetProgress")


def test_a_value_outside_a_list_is_answered_with_the_list(door: Gate) -> None:
    asked = FIND_WORKER.replace("transfer", "curiosity")
    told_of = send(door, envelope(security(door.clock()) + exchange(), asked)).text("text")
    assert "{'enrolment_check', 'transfer', 'benefit', 'case_handling'}" in told_of
    assert "curiosity" not in told_of


def test_a_question_about_an_application_without_any_number_is_told_that_one_is_missing(door: Gate) -> None:
    asked = f'<GetProgress xmlns="{OURS}"></GetProgress>'
    answer = send(door, envelope(security(door.clock()) + exchange(), asked))
    assert (answer.text("code"), "/acceptance_number" in answer.text("text")) == ("faults", True)


def test_who_shows_neither_token_nor_password_is_told_of_both(door: Gate) -> None:
    told_of = send(door, envelope(exchange(), FIND_WORKER)).text("text")
    assert told_of.endswith("send a bearer token or a WS-Security UsernameToken")


def test_the_wsdl_says_which_operations_are_taken_at_its_address(door: Gate) -> None:
    wsdl = etree.fromstring(door.http.get("/soap/gateway?wsdl").data)
    w = "{http://schemas.xmlsoap.org/wsdl/}"
    words = {
        each.get("name"): each.findtext(f"{w}documentation") or ""
        for each in wsdl.iterfind(f"{w}portType/{w}operation")
    }
    elsewhere = {name for name, text in words.items() if "Not taken at this address" in text}
    assert elsewhere == {"EnrolWorker", "StartCover", "WithdrawEnrolment"}
