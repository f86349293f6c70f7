"""The card centre as a server: string parameters by position, rootless answers, error texts."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests.sandbox.documents import WORKER
from tests.sandbox.started import SOAP, Answer, Sandbox, parsed

PATH = "/card/hubei/CardService"


def ask(
    sandbox: Sandbox, *values: str, operation: str = "getCard", secret: str = "sandbox-card-hubei", **headers: str
) -> Answer:
    parameters = "".join(
        f"<arg{place}>{value}</arg{place}>" for place, value in enumerate(("gateway", secret, *values))
    )
    body = f'<n:{operation} xmlns:n="http://ws.apache.org/axis2">{parameters}</n:{operation}>'
    sent = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{body}</e:Body></e:Envelope>'.encode()
    return sandbox.post(PATH, sent, {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": "", **headers})


def fragment(answer: Answer) -> Element:
    (said,) = [one.text or "" for one in answer.xml.iter("{http://ws.apache.org/axis2}return")]
    return parsed(f"<r>{said}</r>")


def test_an_ordinary_person_has_an_active_card_with_an_account(sandbox: Sandbox) -> None:
    card = {one.tag: one.text for one in fragment(ask(sandbox, WORKER, "周远航"))}
    assert (card["ERR"], card["AAZ502"], card["AAC003"], card["AAC002"]) == ("OK", "1", "周远航", WORKER)
    assert card["AAE010"]
    assert len(card["AAZ500"] or "") == 9
    assert len(card["AAZ501"] or "") == 32


@pytest.mark.parametrize(
    ("id_number", "err", "state"),
    [
        ("430102199102039993", "未找到该人员的社会保障卡信息", None),
        ("430102199204059987", "OK", "2"),
        ("430102198105069966", "OK", "1"),
    ],
)
def test_the_last_digits_tell_which_card_a_person_has(
    sandbox: Sandbox, id_number: str, err: str, state: str | None
) -> None:
    found = fragment(ask(sandbox, id_number, "某某"))
    assert (found.findtext("ERR"), found.findtext("AAZ502")) == (err, state)


def test_two_cards_come_in_rows_and_another_pair_is_swapped(sandbox: Sandbox) -> None:
    two = fragment(ask(sandbox, "430102198606079978", "某某"))
    assert [row.findtext("AAZ502") for row in two.findall("ROW")] == ["1", "9"]
    swapped = fragment(ask(sandbox, "430102198105069966", "某某"))
    assert len(swapped.findtext("AAZ501") or "") == 9


def test_a_card_can_be_asked_for_by_its_number(sandbox: Sandbox) -> None:
    number = fragment(ask(sandbox, WORKER, "周远航")).findtext("AAZ500") or ""
    assert fragment(ask(sandbox, number, WORKER, operation="getAC01")).findtext("AAZ500") == number


def test_seeded_cards_replace_the_rule(sandbox: Sandbox) -> None:
    cards: list[dict[str, Any]] = [{"AAZ502": "4"}]
    sandbox.control("seed", party="card-hubei", id_number=WORKER, cards=cards)
    assert fragment(ask(sandbox, WORKER, "周远航")).findtext("AAZ502") == "4"
    sandbox.control("seed", party="card-hubei", id_number=WORKER, cards=[])
    assert fragment(ask(sandbox, WORKER, "周远航")).findtext("ERR") != "OK"


def test_credentials_are_checked_in_the_parameters(sandbox: Sandbox) -> None:
    assert fragment(ask(sandbox, WORKER, "周远航", secret="no")).findtext("ERR") == "用户名或密码错误"


def test_an_unknown_operation_is_an_axis2_fault(sandbox: Sandbox) -> None:
    answer = ask(sandbox, WORKER, operation="setCard")
    assert answer.status == 500
    assert b"Operation not found" in answer.body
