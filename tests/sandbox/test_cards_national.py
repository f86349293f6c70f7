"""The platform of the electronic card as a server: three steps, each number good for the next one, once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.documents import WORKER
from tests.sandbox.started import Sandbox, standing

PATH = "/card/national/essc"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
STALE = ("410", "签发号或电子卡号无效")


def step(sandbox: Sandbox, code: str, **members: Any) -> Any:
    usual = {"serviceCode": code, "channelNo": "4300000001", "secret": "sandbox-card-national", "busiSeq": "b" * 32}
    answer = sandbox.post(PATH, json.dumps(usual | members).encode(), JSON)
    assert answer.status == 200
    return answer.json


def sign(sandbox: Sandbox, number: str = WORKER, **members: Any) -> Any:
    rest = {"aab301": "", "aac067": "", "isIndep": "1", "returnUrl": ""}
    return step(sandbox, "SIGN", aac002=number, aac003="周远航", **{**rest, **members})


def essc_no(sandbox: Sandbox, number: str = WORKER) -> str:
    told = step(sandbox, "AUTH", signNo=sign(sandbox, number)["data"]["signNo"])
    assert told["data"]["actionType"] == "009"
    return str(told["data"]["esscNo"])


def card(sandbox: Sandbox, essc: str, number: str = WORKER, **members: Any) -> Any:
    return step(sandbox, "0811015", keyInfo=f"{number}|周远航|{essc}", **members)


def said(answer: Any) -> tuple[str, str]:
    return answer["statusCode"], answer["message"]


def test_three_steps_lead_to_six_columns(sandbox: Sandbox) -> None:
    told = card(sandbox, essc_no(sandbox))
    region, number, code, id_number, name, state = told["data"]["ReturnResult"].split("|")
    assert (region, id_number, name, state) == ("430100", WORKER, "周远航", "1")
    assert (len(number), len(code)) == (9, 32)


def test_a_number_serves_once(sandbox: Sandbox) -> None:
    signed = sign(sandbox)["data"]["signNo"]
    essc = step(sandbox, "AUTH", signNo=signed)["data"]["esscNo"]
    assert said(step(sandbox, "AUTH", signNo=signed)) == STALE
    assert card(sandbox, essc)["statusCode"] == "200"
    assert said(card(sandbox, essc)) == STALE


def test_a_number_serves_its_own_person_and_business(sandbox: Sandbox) -> None:
    assert said(card(sandbox, essc_no(sandbox), "33010619930815303X")) == STALE
    assert said(card(sandbox, essc_no(sandbox), busiSeq="c" * 32)) == STALE
    assert said(card(sandbox, "ES0")) == STALE


def test_a_number_is_too_old_after_five_minutes(tmp_path: Path) -> None:
    clock = tmp_path / "now"
    clock.write_text("2026-01-05T10:00:00+08:00", encoding="ascii")
    with standing(now_file=clock) as sandbox:
        signed = sign(sandbox)["data"]["signNo"]
        clock.write_text("2026-01-05T10:05:01+08:00", encoding="ascii")
        assert said(step(sandbox, "AUTH", signNo=signed)) == STALE


@pytest.mark.parametrize(
    ("members", "code"), [({"secret": "no"}, "401"), ({"channelNo": "1"}, "401"), ({"aac002": ""}, "500")]
)
def test_the_first_step_says_no_by_its_code(sandbox: Sandbox, members: dict[str, str], code: str) -> None:
    assert sign(sandbox, members.pop("aac002", WORKER), **members)["statusCode"] == code


def test_who_has_no_card_has_no_electronic_one(sandbox: Sandbox) -> None:
    assert said(sign(sandbox, "430102199102039993")) == ("404", "该人员未签发电子社保卡")


def test_another_service_is_not_open(sandbox: Sandbox) -> None:
    assert step(sandbox, "0811014")["statusCode"] == "403"


def test_numbers_that_have_changed_places_come_as_they_are(sandbox: Sandbox) -> None:
    swapped = "430102198105069966"
    _, number, code, *_ = card(sandbox, essc_no(sandbox, swapped), swapped)["data"]["ReturnResult"].split("|")
    assert (len(number), len(code)) == (32, 9)


@pytest.mark.parametrize("name", ["Sign", "Auth", "FindCard"])
def test_scripts_play_at_every_step(sandbox: Sandbox, name: str) -> None:
    sandbox.fault("card-national", name, "error_200")
    steps = {
        "Sign": lambda: sign(sandbox),
        "Auth": lambda: step(sandbox, "AUTH"),
        "FindCard": lambda: card(sandbox, ""),
    }
    assert said(steps[name]()) == ("500", "系统异常，请联系管理员")
