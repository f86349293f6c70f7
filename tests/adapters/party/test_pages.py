"""An answer that stands on several pages is read as one, or not at all: never a shorter answer."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.transport.exchange import Answer, Call
from gateway.errors import GatewayError
from gateway.mapping import dialect_pages
from gateway.model.codes import CoverState, Insurance, Scheme
from gateway.model.province import Cover, CoverFound
from gateway.model.values import Month, Region
from gateway.ports import Document, OutcomeKind, Party
from tests.adapters.memory import MemoryJournal, now, sent, work
from tests.adapters.people import ENROL, FIND_COVER, REFERENCE
from tests.adapters.provinces.test_json_provinces import Heard, party, resident
from tests.adapters.servers import Request, always, serving
from tests.adapters.spoken import spoken, theirs

SIZE = 2
Told = Callable[[int, list[dict[str, Any]]], Mapping[str, Any]]


def jiangsu_rows(count: int) -> list[dict[str, Any]]:
    row = {"BAC001": 3200000001, "AAE140": "110", "AAC013": "20", "AAC031": "1", "AAC084": "0", "AAC301": "320102005"}
    return [{**row, "ROWNO": at, "AAE041": 20260001 + at * 100, "AAE042": ""} for at in range(1, count + 1)]


def page(rows: list[dict[str, Any]], total: int) -> Mapping[str, Any]:
    data = {"data": rows, "pageSize": "2", "pageNumber": "1", "totalPage": "9"}
    return {"retCode": "200", "retMsg": str(total), "data": data}


@contextmanager
def jiangsu(count: int, told: Mapping[int, Any] | None = None) -> Iterator[tuple[Party, Heard]]:
    """Jiangsu with so many rows, two to a page. `told`: what it says instead, by the number of the page."""
    heard, found = Heard(), jiangsu_rows(count)

    def answers(request: Request) -> Mapping[str, Any]:
        number = int(json.loads(request.body)["pageNo"])
        instead = (told or {}).get(number)
        return instead if instead is not None else page(found[(number - 1) * SIZE : number * SIZE], count)

    with serving(always(heard.answering(answers))) as server:
        yield party("jiangsu", server.url, MemoryJournal()), heard


def asked(made: Party) -> Any:
    return made.ask(FIND_COVER, work(ENROL).deadline)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_every_row_of_every_page_is_in_the_answer(count: int) -> None:
    with jiangsu(count) as (made, heard):
        found = asked(made)
    assert [cover.first for cover in found.covers] == [Month.parse(f"2026-{at:02d}") for at in range(1, count + 1)]
    numbers = [json.loads(request.body)["pageNo"] for request in heard.requests]
    assert numbers == [str(number) for number in range(1, max(-(-count // SIZE), 1) + 1)]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (page([], 5), "unreadable"),
        (page(jiangsu_rows(2), 6), "unreadable"),
        (page(jiangsu_rows(3) + jiangsu_rows(2), 5), "unreadable"),
        ({"retCode": "500", "retMsg": "系统忙", "data": {"data": []}}, "party_"),
        ({"retCode": "200"}, "unreadable"),
        (page([{**jiangsu_rows(3)[2], "AAE140": "zzz"}, jiangsu_rows(4)[3]], 5), "unmapped"),
    ],
)
def test_a_page_that_is_not_right_leaves_no_answer(told: Mapping[str, Any], code: str) -> None:
    with jiangsu(5, {2: told}) as (made, _), pytest.raises(GatewayError) as problem:
        asked(made)
    assert problem.value.kind.code.startswith(code), problem.value
    assert problem.value.params["party"] == "jiangsu"


def test_a_page_that_never_comes_is_no_answer_and_an_inquiry_learns_nothing() -> None:
    heard = Heard()
    decided = {"SLJG": "1", "AAE013": REFERENCE, "BAC001": "", "AAE035": 20260105, "ROWNO": 1}

    def answers(request: Request) -> Mapping[str, Any]:
        if json.loads(request.body)["pageNo"] != "1":
            raise ConnectionResetError
        return page([decided], 2)

    with serving(always(heard.answering(answers))) as server:
        made = party("jiangsu", server.url, MemoryJournal())
        learned = made.inquire(work(ENROL, sent()))
        with pytest.raises(GatewayError):
            asked(made)
    assert learned.kind is OutcomeKind.UNCERTAIN


def test_pages_share_the_time_of_their_question(monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines = []
    with jiangsu(5) as (made, _):
        conversation: Any = made._conversation  # type: ignore[attr-defined]  # calls are made there
        post = conversation.post

        def posted(document: Document, call: Call) -> Answer:
            deadlines.append(call.deadline)
            answer: Answer = post(document, call)
            return answer

        monkeypatch.setattr(conversation, "post", posted)
        made.ask(FIND_COVER, now() + timedelta(seconds=3))
    assert len(deadlines) == 3
    assert len(set(deadlines)) == 1


def test_who_has_more_pages_than_are_asked_for_is_not_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect_pages, "MOST", 2)
    with jiangsu(5) as (made, heard), pytest.raises(GatewayError, match="more than 2 pages"):
        asked(made)
    assert len(heard.requests) == 2


def test_the_residents_scheme_is_asked_by_the_number_of_the_page() -> None:
    heard = Heard()
    cover = {"aac001": "1", "aae140": "170", "aac031": "1", "aac008": "1", "aac031s": "参保缴费"}
    cover |= {"aac008s": "正常参保", "aab301": "430102"}
    rows = [{**cover, "aae041": 202600 + at, "aae042": ""} for at in range(1, 4)]

    def answers(request: Request) -> Mapping[str, Any]:
        number = json.loads(request.body)["page"]
        return resident(*rows[number - 1 : number], rowcount=3, serviceid="CJB_CBXX")

    query = replace(FIND_COVER, insurances=(Insurance.RESIDENT_PENSION,))
    with serving(always(heard.answering(answers))) as server:
        found = party("hunan-resident", server.url, MemoryJournal()).ask(query, work(ENROL).deadline)
    assert [json.loads(request.body)["page"] for request in heard.requests] == [1, 2, 3]
    assert [cover.first for cover in found.covers] == [Month.parse(f"2026-0{at}") for at in (1, 2, 3)]


def test_hunan_is_asked_by_the_first_row_of_the_page() -> None:
    molss, asked_for = spoken("molss/1.0"), []
    covers = tuple(
        Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430102"), Month.parse(f"2026-0{at}"))
        for at in (1, 2, 3)
    )
    whole = molss.write(CoverFound(known=True, person_number="1", covers=covers), theirs(), FIND_COVER)
    rows = re.findall(rb"<row [^>]*>", whole.body)

    def another(extra: Mapping[str, str]) -> Document:
        asked_for.append(dict(extra))
        return only(int(extra.get("startrow", "1")) - 1)

    def only(kept: int) -> Document:
        body = whole.body
        for at, row in enumerate(rows):
            body = body if at == kept else body.replace(row, b"", 1)
        return replace(whole, body=body)

    pages = dialect_pages.every_page(molss, FIND_COVER, only(0), another)
    assert asked_for == [{"startrow": "2"}, {"startrow": "3"}]
    assert molss.read_pages(pages, FIND_COVER)[0].covers == covers
