"""Jilin's card centre as a server: Chinese tags with an asterisk, lines of columns behind them."""

from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.sandbox.documents import WORKER
from tests.sandbox.started import SOAP, Answer, Sandbox

PATH = "/card/jilin/CardService"
USUAL = {
    "操作*": "社保卡查询",
    "用户名*": "gateway",
    "密码*": "sandbox-card-jilin",
    "社会保障号码*": WORKER,
    "姓名*": "周远航",
}


def send(sandbox: Sandbox, said: str, operation: str = "allDsjk") -> Answer:
    body = f'<n:{operation} xmlns:n="http://ws.apache.org/axis2"><x>{escape(said)}</x></n:{operation}>'
    sent = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{body}</e:Body></e:Envelope>'.encode()
    return sandbox.post(PATH, sent, {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": '""'})


def ask(sandbox: Sandbox, **changed: str) -> str:
    fields = USUAL | {f"{name}*": value for name, value in changed.items()}
    return answered(send(sandbox, "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())))


def answered(answer: Answer) -> str:
    (said,) = [one.text or "" for one in answer.xml.iter("{http://ws.apache.org/axis2}return")]
    return said


def lines(said: str) -> list[dict[str, str]]:
    result, header, *rows = said.rstrip("\r\n").split("\r\n")
    assert result == "<处理结果*>00</处理结果*>"
    return [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]


def test_an_ordinary_person_has_one_line_in_which_the_state_is_a_word(sandbox: Sandbox) -> None:
    (card,) = lines(ask(sandbox))
    assert (card["卡状态"], card["姓名"], card["社会保障号码"]) == ("正常", "周远航", WORKER)
    assert (len(card["社保卡号"]), len(card["卡识别码"]), len(card["发卡日期"])) == (9, 32, 14)


def test_two_cards_are_two_lines_and_another_pair_of_numbers_is_swapped(sandbox: Sandbox) -> None:
    two = lines(ask(sandbox, 社会保障号码="430102198606079978"))
    assert [card["卡状态"] for card in two] == ["正常", "注销"]
    (swapped,) = lines(ask(sandbox, 社会保障号码="430102198105069966"))
    assert (len(swapped["社保卡号"]), len(swapped["卡识别码"])) == (32, 9)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"社会保障号码": "430102199102039993"}, "未找到该人员的社会保障卡信息"),
        ({"密码": "no"}, "用户名或密码错误"),
        ({"操作": "领卡启用"}, "不支持的操作"),
    ],
)
def test_what_is_no_success_is_a_sentence_and_nothing_follows_it(
    sandbox: Sandbox, changed: dict[str, str], said: str
) -> None:
    assert ask(sandbox, **changed) == f"<处理结果*>{said}</处理结果*>"


@pytest.mark.parametrize(
    "said",
    ["", "<操作*>社保卡查询</操作*>", "".join(f"<{name}>{value}</{name}>" for name, value in USUAL.items()) + "x"],
)
def test_a_string_that_is_not_tags_alone_is_answered_without_any(sandbox: Sandbox, said: str) -> None:
    assert answered(send(sandbox, said)) == "报文格式错误"


def test_seeded_cards_replace_the_rule_at_this_centre_alone(sandbox: Sandbox) -> None:
    cards: list[dict[str, Any]] = [{"AAZ502": "4"}]
    sandbox.control("seed", party="card-jilin", id_number=WORKER, cards=cards)
    assert [card["卡状态"] for card in lines(ask(sandbox))] == ["临时挂失"]
    assert list(sandbox.state()["parties"]["card-hubei"]) == []
    sandbox.control("reset")
    assert [card["卡状态"] for card in lines(ask(sandbox))] == ["正常"]


def test_scripts_play_here_too(sandbox: Sandbox) -> None:
    sandbox.fault("card-jilin", "FindCard", "error_200")
    assert ask(sandbox) == "<处理结果*>系统异常，请联系管理员</处理结果*>"
    sandbox.fault("card-jilin", "FindCard", "duplicate_reply")
    assert len(lines(ask(sandbox))) == 2


def test_another_operation_is_a_fault(sandbox: Sandbox) -> None:
    assert send(sandbox, "x", operation="setCard").status == 500
