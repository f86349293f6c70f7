"""Jiangsu and Hunan's residents' scheme: ordinary parties, whose dialects name path, headers and credentials."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.directory import load
from gateway.mapping.dialect_loader import dialects
from gateway.model.codes import Insurance, Scheme
from gateway.model.province import Done
from gateway.ports import OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS, settings
from tests.adapters.memory import MemoryAttempt, MemoryJournal, now, sent, work
from tests.adapters.people import ENROL, FIND_COVER, REFERENCE, WITHDRAW
from tests.adapters.servers import Request, Visit, always, serving

SECRET = "s3cret-of-tests"
Answers = Callable[[Request], Mapping[str, Any]]


@dataclass
class Heard:
    """What the province was sent."""

    requests: list[Request] = field(default_factory=list)

    def answering(self, answers: Answers) -> Callable[[Visit, Request], None]:
        def respond(visit: Visit, request: Request) -> None:
            self.requests.append(request)
            visit.answer(json.dumps(answers(request)).encode(), media_type="application/json;charset=UTF-8")

        return respond


def party(name: str, url: str, journal: MemoryJournal) -> Party:
    given = {**settings(name, url), f"PARTY_{name.upper().replace('-', '_')}_SECRET": SECRET}
    return load(MAPPINGS, given, dialects(MAPPINGS, lambda _: SECRET), journal, now)[name]


def rows(*found: Mapping[str, Any], code: str = "200", words: str = "") -> Mapping[str, Any]:
    numbered = [{"ROWNO": count, **row} for count, row in enumerate(found, 1)]
    data = {"data": numbered, "pageSize": "500", "pageNumber": "1", "totalPage": "1"}
    return {"retCode": code, "retMsg": words or str(len(found)), "data": data}


def test_jiangsu_is_called_at_the_path_of_the_message_with_its_credentials_in_headers() -> None:
    heard, journal = Heard(), MemoryJournal()
    cover = {"BAC001": 3200000001, "AAE140": "110", "AAC013": "20", "AAC031": "1", "AAC084": "0"}
    cover |= {"AAC301": "320102005", "AAE041": 20260101, "AAE042": ""}
    with serving(always(heard.answering(lambda _: rows(cover)))) as server:
        found = party("jiangsu", f"{server.url}/jiangsu", journal).ask(FIND_COVER, work(ENROL).deadline)
    [request] = heard.requests
    assert request.path == "/jiangsu/api/v2/social/getrenyuancanbao"
    assert (request.headers["appid"], request.headers["appsecret"]) == ("gateway", SECRET)
    assert json.loads(request.body)["aae041"] == 20260101
    assert (found.person_number, found.covers[0].scheme) == ("3200000001", Scheme.INDIVIDUAL_PENSION)
    assert not any(SECRET.encode() in crossing.body for crossing in journal.crossings)


def test_jiangsu_refuses_in_its_own_words_and_is_asked_by_reference_after_a_doubt() -> None:
    heard = Heard()
    decided = {"SLJG": "1", "AAE013": REFERENCE, "BAC001": "", "AAE035": 20260105}

    def answers(request: Request) -> Mapping[str, Any]:
        return rows(decided) if "jindu" in request.path else rows(code="400", words="参保起始月已超过办理期限")

    with serving(always(heard.answering(answers))) as server:
        jiangsu = party("jiangsu", server.url, MemoryJournal())
        (refused,) = jiangsu.deliver([work(ENROL, MemoryAttempt())])
        learned = jiangsu.inquire(work(ENROL, sent()))
    assert (refused.kind, refused.reason) == (OutcomeKind.REFUSED, "参保起始月已超过办理期限")
    assert learned.kind is OutcomeKind.ACCEPTED
    assert json.loads(heard.requests[1].body)["aae013"] == REFERENCE


def resident(*found: Mapping[str, Any], **said: Any) -> Mapping[str, Any]:
    head = {"rowcount": len(found), "page": 1, "pagesize": 500, "type": "success", "vcode": "0"}
    return {**head, "message": "", "messagedetail": "", "datas": list(found), **said}


def test_the_residents_scheme_gets_every_field_twice_and_no_password_in_the_journal() -> None:
    heard, journal = Heard(), MemoryJournal()
    done = {"sljg": "1", "sljgs": "已办结", "aae013": REFERENCE, "thyy": ""}
    withdrawal = replace(WITHDRAW, insurance=Insurance.RESIDENT_PENSION)
    with serving(always(heard.answering(lambda _: resident(done, serviceid="CJB_CBCX")))) as server:
        address = f"{server.url}/hunan-resident/hncjb/reports/crud"
        (outcome,) = party("hunan-resident", address, journal).deliver([work(withdrawal, MemoryAttempt())])
    assert (outcome.kind, outcome.reply) == (OutcomeKind.ACCEPTED, Done(True, REFERENCE))
    [request] = heard.requests
    body = json.loads(request.body)
    assert request.path == "/hunan-resident/hncjb/reports/crud"
    assert body["datas"] == [body["params"]]
    assert (body["sessionid"], body["target"], body["password"]) == (None, "", SECRET)
    assert not any(SECRET.encode() in crossing.body for crossing in journal.crossings)
    assert json.loads(journal.crossings[0].body) == {**body, "password": ""}


def test_the_residents_scheme_is_not_asked_for_what_it_does_not_hold() -> None:
    heard = Heard()
    with serving(always(heard.answering(lambda _: resident()))) as server:
        made = party("hunan-resident", server.url, MemoryJournal())
        (outcome,) = made.deliver([work(ENROL, MemoryAttempt())])
    assert (outcome.kind, heard.requests) == (OutcomeKind.REFUSED, [])
