"""Provinces that ask in their own dialects, of a gateway that asks the others in theirs."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from xml.sax.saxutils import escape, unescape

import pytest
import requests

from commands.bootstrap import add_client
from tests.journeys.conftest import Runs
from tests.journeys.people import Person
from tests.journeys.system import Plan, System

MORE = {"sichuan": "/sichuan/services/yinHaiBusiness", "jiangsu": "/jiangsu"}
GBK = {"Content-Type": "text/html;charset=GBK", "SOAPAction": "mainservlet"}
SECONDS = 60.0
_ROW = re.compile(r"<row ([^>]*)/>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@pytest.fixture(scope="module")
def open_gateway(runs: Runs) -> Iterator[System]:
    """A gateway that has two provinces more than the demonstration, and lets them and Hunan ask."""
    with ExitStack() as stack:
        system = stack.enter_context(runs.new("sqlite", Plan(workers=0)))
        for province in ("hunan", *MORE):
            add_client(system.keys, province, "province", ("soap:ask",), province)
        given = {f"PARTY_{name.upper()}_URL": system.sandbox.url + path for name, path in MORE.items()}
        given |= {f"PARTY_{name.upper()}_SECRET": f"sandbox-{name}" for name in MORE}
        system.gateway.start(**given)
        assert system.gateway.wait_until_ready(), system.gateway.log()
        yield system


@pytest.fixture
def system(open_gateway: System) -> System:
    open_gateway.sandbox.forgive()
    return open_gateway


@pytest.fixture
def worker(system: System) -> Person:
    """Somebody who is insured in Chengdu."""
    person = system.people.next()
    cover = {"insurance": "pension", "scheme": "individual_pension", "first": "2025-03", "region": "510104"}
    system.sandbox.control(
        "POST",
        "seed",
        party="sichuan",
        id_number=person.number,
        region="510104",
        covers=[cover],
    )
    return person


def para(**values: str) -> str:
    return "".join(f'<para {name}="{value}"/>' for name, value in values.items())


def asked_by_hunan(system: System, person: Person, secret: str = "sandbox-hunan") -> requests.Response:
    """F27.06, as Hunan's system writes it: attributes, in GBK."""
    head = para(usr="hunan", pwd=secret, funid="F00.01.03")
    body = para(startrow="1", row_count="-1", pagesize="500", functionid="F27.06")
    body += para(aac058="01", aac002=person.number, aac003=person.name, aae140="1")
    body += para(aae041="202501", aae042="202612", cxyt="2", sqbh="consent-1")
    document = (
        '<?xml version="1.0" encoding="GBK"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><soap:Header>'
        f'<in:system xmlns:in="http://www.molss.gov.cn/">{head}</in:system></soap:Header><soap:Body>'
        f'<in:business xmlns:in="http://www.molss.gov.cn/">{body}</in:business></soap:Body></soap:Envelope>'
    )
    return requests.post(f"{system.url}/soap/hunan", document.encode("gbk"), headers=GBK, timeout=SECONDS)


def rows(answer: requests.Response) -> list[dict[str, str]]:
    """The rows of an answer in which nothing went wrong."""
    text = answer.content.decode("gbk")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html;charset=GBK"), text
    assert '<result message=""/>' in text, text
    assert '<result result=""/>' in text, text
    return [dict(_ATTRIBUTE.findall(row)) for row in _ROW.findall(text)]


def test_hunan_asks_about_a_worker_in_sichuan_and_is_answered_in_its_own_words(system: System, worker: Person) -> None:
    (row,) = rows(asked_by_hunan(system, worker))
    told = {
        name: row[name] for name in ("aac002", "aac003", "aae140", "aac012", "aac031", "aac008", "aac301", "aae041")
    }
    assert told == {
        "aac002": worker.number,
        "aac003": worker.name,
        "aae140": "1",
        "aac012": "20",
        "aac031": "1",
        "aac008": "1",
        "aac301": "510104",
        "aae041": "202503",
    }
    counts = system.sandbox.state()["counts"]
    assert counts["sichuan"]["FindCover"], "the question reached Sichuan"


def test_jiangsu_asks_by_the_path_of_its_call_and_is_answered_in_numbers(system: System, worker: Person) -> None:
    question = {"aac058": "01", "aac002": worker.number, "aac003": worker.name, "aae140": ["110"], "cxyt": "2"}
    question |= {"sqbh": "consent-1", "pageNo": "1", "pageSize": "500"}
    months = {"aae041": 20250101, "aae042": 202612}
    answer = requests.post(
        f"{system.url}/in/jiangsu/api/v2/social/getrenyuancanbao",
        json={**question, **months},
        headers={"appId": "jiangsu", "appSecret": "sandbox-jiangsu"},
        timeout=SECONDS,
    ).json()
    assert (answer["retCode"], answer["retMsg"]) == ("200", "1")
    (row,) = answer["data"]["data"]
    assert (row["ROWNO"], row["AAE140"], row["AAE041"]) == (1, "110", 20250301)


def test_sichuan_asks_the_other_way_round_in_an_escaped_document(system: System) -> None:
    person = system.people.next()
    cover = {"insurance": "pension", "scheme": "individual_pension", "first": "2025-03", "region": "430104"}
    system.sandbox.control("POST", "seed", party="hunan", id_number=person.number, region="430104", covers=[cover])
    inner = f"<input><aac058>01</aac058><aac002>{person.number}</aac002><aac003>{person.name}</aac003>"
    inner += "<aae140>110</aae140><aae041>202501</aae041><aae042>202612</aae042><cxyt>2</cxyt><sqbh>c-1</sqbh></input>"
    head = "<userName>sichuan</userName><passWord>sandbox-sichuan</passWord><jyztbm>0</jyztbm><jyztyzm>0</jyztyzm>"
    head += "<jylsh>0</jylsh><jyyzm>0</jyyzm><jybh>CX02</jybh>"
    document = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'<in:system xmlns:in="http://yinhai.com">{head}</in:system></s:Header><s:Body>'
        '<ns2:callBusiness xmlns:ns2="http://webservice.common.yinhai.com/">'
        f"<inputxml>{escape(inner)}</inputxml></ns2:callBusiness></s:Body></s:Envelope>"
    )
    headers = {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": '""'}
    answer = requests.post(f"{system.url}/soap/sichuan", document.encode(), headers=headers, timeout=SECONDS)
    assert answer.status_code == 200
    said = unescape(answer.text)
    assert "<code>1</code>" in said, said
    for told in (
        "<aae140>110</aae140>",
        "<aab301>430104</aab301>",
        "<aae041>202503</aae041>",
        f"{person.name}</aac003>",
    ):
        assert told in said, said


def test_a_worker_whom_nobody_knows_is_no_row(system: System) -> None:
    assert rows(asked_by_hunan(system, system.people.next())) == []


def test_silence_until_the_deadline_is_no_answer_and_above_all_no_empty_one(system: System, worker: Person) -> None:
    system.sandbox.fault("sichuan", "FindCover", "slow", seconds=20)
    answer = asked_by_hunan(system, worker)
    text = answer.content.decode("gbk")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html;charset=GBK")
    assert '<faultstring><error msg="sichuan 未在时限内答复。"/></faultstring>' in text
    assert "querylist" not in text


def test_an_error_of_sichuan_is_no_answer_either(system: System, worker: Person) -> None:
    system.sandbox.fault("sichuan", "FindCover", "error_200")
    assert "sichuan" in asked_by_hunan(system, worker).content.decode("gbk").partition("<faultstring>")[2]


def test_a_wrong_password_is_told_in_hunans_words_and_asks_nobody(system: System, worker: Person) -> None:
    before = system.sandbox.state()["counts"]
    text = asked_by_hunan(system, worker, secret="wrong").content.decode("gbk")
    assert '<result message="用户名或密码错误"/>' in text
    assert system.sandbox.state()["counts"] == before
