"""Hebei's card centre as a server: service codes, strings joined by bars, HTTP 200 whatever came of it."""

import json
from typing import Any

import pytest

from tests.sandbox.documents import WORKER
from tests.sandbox.started import Sandbox

PATH = "/card/hebei/csb"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
USUAL: dict[str, Any] = {"serviceCode": "0811014", "channel": "gateway", "secret": "sandbox-card-hebei"}


def ask(sandbox: Sandbox, key: str = f"{WORKER}|周远航|", **changed: Any) -> Any:
    answer = sandbox.post(PATH, json.dumps({**USUAL, "keyInfo": key, **changed}).encode(), JSON)
    assert answer.status == 200
    return answer.json


def columns(said: Any) -> list[str]:
    assert (said["statusCode"], said["message"]) == ("200", "成功")
    return list(said["data"]["ReturnResult"].split("|"))


def test_a_card_is_35_columns_with_days_of_eight_digits(sandbox: Sandbox) -> None:
    found = columns(ask(sandbox))
    assert len(found) == 35
    assert (found[2], found[3], found[6], found[9]) == (WORKER, "周远航", "19900307", "1")
    assert (len(found[7]), len(found[8]), found[11], found[12]) == (9, 32, "20240301", "20440301")


def test_one_card_is_answered_the_one_that_is_in_use(sandbox: Sandbox) -> None:
    cards: list[dict[str, Any]] = [{"AAZ502": "9"}, {"AAZ502": "1", "AAZ500": "HE0043017"}]
    sandbox.control("seed", party="card-hebei", id_number=WORKER, cards=cards)
    assert columns(ask(sandbox))[7] == "HE0043017"


def test_a_card_can_be_asked_for_by_its_number(sandbox: Sandbox) -> None:
    number = columns(ask(sandbox))[7]
    assert columns(ask(sandbox, f"{WORKER}|周远航|{number}"))[7] == number
    assert ask(sandbox, f"{WORKER}|周远航|X00000000")["statusCode"] == "404"


def test_numbers_that_have_changed_places_come_as_they_are(sandbox: Sandbox) -> None:
    found = columns(ask(sandbox, "430102198105069966|某某|"))
    assert (len(found[7]), len(found[8])) == (32, 9)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "430102199102039993|某某|"}, "404"),
        ({"secret": "no"}, "401"),
        ({"serviceCode": "0821017"}, "403"),
        ({"key": WORKER}, "500"),
        ({"keyInfo": 7}, "500"),
    ],
)
def test_what_is_no_success_has_its_code_in_a_text(sandbox: Sandbox, changed: dict[str, Any], code: str) -> None:
    said = ask(sandbox, **changed)
    assert (said["statusCode"], said["data"]) == (code, {})


def test_what_is_no_json_is_not_an_answer(sandbox: Sandbox) -> None:
    assert sandbox.post(PATH, b"<x/>", JSON).json["statusCode"] == "500"


def test_scripts_play_here_too(sandbox: Sandbox) -> None:
    sandbox.fault("card-hebei", "FindCard", "error_200", reason="系统维护")
    assert ask(sandbox)["message"] == "系统维护"
    assert ask(sandbox)["statusCode"] == "200"
