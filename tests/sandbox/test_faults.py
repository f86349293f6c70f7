"""Every scripted fault, at the parties where it shows."""

import json

import pytest

from sandbox.faults import KINDS
from tests.sandbox.documents import WORKER, cover_question, enrolment, hunan_enrolment, levy, person
from tests.sandbox.started import (
    Gateway,
    HungUpError,
    Sandbox,
    errors,
    leaves,
    rows,
    until,
)


def test_down_hangs_up_before_anything_happens_and_passes(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "*", "down")
    with pytest.raises(HungUpError):
        sandbox.soap("zhejiang", "EnrolWorker", enrolment())
    assert sandbox.state()["effects"] == []
    assert sandbox.asked("zhejiang", "EnrolWorker", enrolment())["decision"] == "accepted"


def test_down_for_one_message_leaves_the_others(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "EnrolWorker", "down", times=None)
    with pytest.raises(HungUpError):
        sandbox.soap("zhejiang", "EnrolWorker", enrolment())
    assert sandbox.asked("zhejiang", "FindCover", cover_question()) == {"known": "false"}


def test_timeout_after_effect_is_silent_and_the_effect_stands(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "EnrolWorker", "timeout_after_effect")
    with pytest.raises(HungUpError):
        sandbox.soap("zhejiang", "EnrolWorker", enrolment(), "m-1")
    assert sandbox.count("zhejiang", "registered", "r-1") == 1
    assert sandbox.asked("zhejiang", "EnrolWorker", enrolment(), "m-1")["decision"] == "accepted"
    assert sandbox.count("zhejiang", "registered", "r-1") == 1


def test_timeout_after_effect_in_hunan_leaves_a_row_with_our_memo(hunan: Sandbox) -> None:
    hunan.fault("hunan", "EnrolWorker", "timeout_after_effect")
    with pytest.raises(HungUpError):
        hunan.hunan("F20.01", hunan_enrolment())
    assert [row["aae013"] for row in hunan.hunan_query("F20.04", ("aae013", "h-1"))] == ["h-1"]


@pytest.mark.parametrize("province", ["zhejiang", "beijing"])
def test_effect_missing_says_that_it_was_done_and_nothing_was(sandbox: Sandbox, province: str) -> None:
    sandbox.fault(province, "EnrolWorker", "effect_missing")
    decided = sandbox.asked(province, "EnrolWorker", enrolment(), "m-1")
    assert decided["decision"] == "accepted"
    assert sandbox.state()["effects"] == []
    assert sandbox.asked(province, "FindCover", cover_question()) == {"known": "false"}
    assert sandbox.asked(province, "EnrolWorker", enrolment(), "m-1")["decision"] == "accepted"
    assert sandbox.count(province, "registered", "r-1") == 1


def test_effect_missing_at_a_bureau_loses_the_batch(sandbox: Sandbox) -> None:
    sandbox.fault("tax-hunan", "DeclareLevy", "effect_missing")
    assert sandbox.save("hunan", levy())["jls"] == 1
    assert sandbox.results("hunan") == []


def test_effect_missing_can_be_silent_too(hunan: Sandbox) -> None:
    hunan.fault("hunan", "EnrolWorker", "effect_missing", answer=False)
    with pytest.raises(HungUpError):
        hunan.hunan("F20.01", hunan_enrolment())
    assert hunan.hunan_query("F20.04", ("aae013", "h-1")) == []


def test_a_duplicate_reply_says_everything_twice(hunan: Sandbox) -> None:
    for party, message in (("hunan", "EnrolWorker"), ("beijing", "EnrolWorker"), ("tax-hunan", "LevyResult")):
        hunan.fault(party, message, "duplicate_reply")
    assert len(rows(hunan.hunan("F20.01", hunan_enrolment()))) == 2
    answer = hunan.soap("beijing", "EnrolWorker", enrolment())
    assert len([one for one in answer.xml.iter() if one.tag.endswith("EnrolWorkerAnswer")]) == 2
    hunan.save("hunan", levy())
    assert len(hunan.results("hunan")) == 2
    assert hunan.count("hunan", "registered", "h-1") == hunan.count("beijing", "registered", "r-1") == 1


def test_a_receipt_may_be_pushed_twice(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    sandbox.fault("tax-hunan", "Receipt", "duplicate_reply")
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="l-1")
    until(lambda: len(received.received) == 2)
    one, two = received.documents()
    assert one["body"] == two["body"]
    assert sandbox.count("tax-hunan", "paid", "l-1") == 1


@pytest.mark.parametrize(("place", "holds"), [(1, "系统繁忙"), (2, "ORA-"), (3, "系统繁忙")])
def test_error_200_stands_in_any_of_hunan_s_three_places(hunan: Sandbox, place: int, holds: str) -> None:
    hunan.fault("hunan", "EnrolWorker", "error_200", place=place)
    answer = hunan.hunan("F20.01", hunan_enrolment())
    assert answer.status == 200
    assert holds in errors(answer)[0]
    assert hunan.state()["effects"] == []


def test_error_200_in_the_form_of_each_other_party(sandbox: Sandbox) -> None:
    sandbox.fault("beijing", "EnrolWorker", "error_200")
    sandbox.fault("tax-hunan", "DeclareLevy", "error_200")
    answer = sandbox.soap("beijing", "EnrolWorker", enrolment())
    assert (answer.status, leaves(answer.xml)["faultcode"]) == (200, "soap:Server")
    body = {"cspch": "B1", "gryzmx": {"jls": 1, "scRq": "2026-01-05"}, "insertGryzmxGrid": [levy()]}
    head = sandbox.tax("hunan", "/v1/batch/taxInfo/saveOrUpdate", body)["head"]
    assert (head["errorCode"], head["success"]) == ("500", False)
    assert sandbox.state()["effects"] == []


def test_a_wrong_charset_contradicts_what_is_declared(hunan: Sandbox) -> None:
    hunan.hunan("F20.01", hunan_enrolment())
    hunan.fault("hunan", "FindCover", "wrong_charset")
    hunan.fault("beijing", "EnrolWorker", "wrong_charset")
    answer = hunan.hunan("F00.01.03", [("functionid", "F27.06"), ("aac002", WORKER)])
    assert "GBK" in answer.headers["content-type"]
    assert "周远航".encode() in answer.body
    hunan.control(
        "seed", party="beijing", id_number="33010619930815303X", covers=[{"insurance": "pension", "first": "2020-01"}]
    )
    refused = hunan.soap("beijing", "EnrolWorker", enrolment()).body
    with pytest.raises(UnicodeDecodeError):
        refused.decode("utf-8")


@pytest.mark.parametrize("path", ["zhejiang", "hunan"])
def test_a_garbled_answer_breaks_off_after_the_effect(hunan: Sandbox, path: str) -> None:
    hunan.fault(path, "EnrolWorker", "garbled")
    if path == "hunan":
        body, reference = hunan.hunan("F20.01", hunan_enrolment()).body, "h-1"
    else:
        body, reference = hunan.soap(path, "EnrolWorker", enrolment()).body, "r-1"
    assert b"Envelope>" not in body
    assert hunan.count(path, "registered", reference) == 1


def test_a_slow_party_answers_in_the_end_and_others_do_not_wait_for_it(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "EnrolWorker", "slow", seconds=0.05)
    sandbox.fault("beijing", "FindCover", "slow", seconds=3600)
    assert sandbox.asked("zhejiang", "EnrolWorker", enrolment())["decision"] == "accepted"


def test_a_status_is_scripted_for_any_party(sandbox: Sandbox) -> None:
    sandbox.fault("demo-platform", "CaseChanged", "status", status=503)
    assert sandbox.post("/platform/demo-platform/webhook", b"{}").status == 503
    assert sandbox.post("/platform/demo-platform/webhook", b"{}").status == 200


def test_a_lost_session_forgets_every_login(hunan: Sandbox) -> None:
    hunan.fault("hunan", "EnrolWorker", "session_lost")
    assert errors(hunan.hunan("F20.01", hunan_enrolment())) == ["未登录或会话已超时"]
    hunan.log_in()
    assert rows(hunan.hunan("F20.01", hunan_enrolment()))[0]["sljg"] == "1"


def test_a_script_that_cannot_be_played_is_refused_with_the_list(sandbox: Sandbox) -> None:
    answer = sandbox.post("/_control/faults", json.dumps({"party": "hunan", "fault": "flood"}).encode())
    assert answer.status == 400
    assert all(kind in answer.json["error"] for kind in KINDS)


def test_scripts_are_counted_down_and_listed(sandbox: Sandbox) -> None:
    sandbox.fault("beijing", "FindWorker", "status", times=2, status=502)
    question = f"{person()}<warrant><purpose>benefit</purpose></warrant>"
    assert [sandbox.soap("beijing", "FindWorker", question).status for _ in range(3)] == [502, 502, 200]
    listed = sandbox.post("/_control/faults", b"", method="GET").json
    assert (listed["waiting"], len(listed["played"])) == ([], 2)
