"""Scripted people: clerks who decide later, ask for more, refuse, get there first; amounts that differ."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from sandbox.ground import Pace
from tests.sandbox.documents import WORKER, cover_question, enrolment, hunan_enrolment, levy
from tests.sandbox.started import (
    Gateway,
    HungUpError,
    Sandbox,
    errors,
    leaves,
    only,
    parsed,
    rows,
    standing,
    until,
)


def test_an_application_is_decided_later_when_the_clerk_says_so(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "EnrolWorker", "decide_later")
    received = sandbox.asked("zhejiang", "EnrolWorker", enrolment())
    assert received["decision"] == "received"
    asked = f"<acceptance_number>{received['acceptance_number']}</acceptance_number>"
    assert sandbox.asked("zhejiang", "GetProgress", asked)["decision"] == "received"
    sandbox.control("decide", party="zhejiang", reference="r-1")
    decided = sandbox.asked("zhejiang", "GetProgress", asked)
    assert (decided["decision"], len(decided["notice_number"])) == ("accepted", 18)
    assert sandbox.count("zhejiang", "registered", "r-1") == 1


def test_a_moved_clock_decides_what_takes_days(tmp_path: Path) -> None:
    clock = tmp_path / "now"
    clock.write_text("2026-01-05T10:00:00+08:00", encoding="ascii")
    with standing(now_file=clock) as sandbox:
        sandbox.log_in()
        sandbox.fault("hunan", "EnrolWorker", "decide_later", seconds=3 * 86400)
        assert rows(sandbox.hunan("F20.01", hunan_enrolment()))[0]["sljg"] == "0"
        assert sandbox.hunan_query("F20.04", ("aae013", "h-1"))[0]["sljg"] == "0"
        clock.write_text("2026-01-08T10:00:01+08:00", encoding="ascii")
        (decided,) = sandbox.hunan_query("F20.04", ("aae013", "h-1"))
        assert (decided["sljg"], decided["aae035"]) == ("1", "20260108")


def test_a_decision_may_be_pushed_to_us(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    sandbox.fault("zhejiang", "EnrolWorker", "decide_later", seconds=0, how="callback")
    assert sandbox.asked("zhejiang", "EnrolWorker", enrolment())["decision"] == "received"
    (push,) = until(lambda: list(received.received))
    assert (push.path, push.headers["soapaction"]) == ("/soap/gateway", '"urn:shebao:gateway:1.2/EnrolmentDecided"')
    assert b">zhejiang</wsse:Username>" in push.body
    document = leaves(only(parsed(push.body), "EnrolmentDecided"))
    assert (document["decision"], document["reference"]) == ("accepted", "r-1")


def test_material_is_asked_for_once_and_its_supplement_completes(sandbox: Sandbox) -> None:
    sandbox.fault("beijing", "EnrolWorker", "return_once")
    returned = sandbox.asked("beijing", "EnrolWorker", enrolment())
    assert (returned["decision"], returned["reason"]) == ("returned", "请补充居住证明（一次告知）")
    number = returned["acceptance_number"]
    more = f"<supplements>{number}</supplements><material>居住证明</material>"
    assert sandbox.asked("beijing", "EnrolWorker", enrolment(more=more))["decision"] == "accepted"
    asked = f"<acceptance_number>{number}</acceptance_number>"
    assert sandbox.asked("beijing", "GetProgress", asked)["decision"] == "accepted"
    assert sandbox.count("beijing", "registered", "r-1") == 1


def test_a_refusal_is_for_its_insurance_only(hunan: Sandbox) -> None:
    hunan.fault("hunan", "EnrolWorker", "refuse", insurance="pension", reason="年龄不符")
    assert rows(hunan.hunan("F20.01", hunan_enrolment("h-2", "310")))[0]["sljg"] == "1"
    (refused,) = rows(hunan.hunan("F20.01", hunan_enrolment()))
    assert (refused["sljg"], refused["thyy"]) == ("3", "年龄不符")


def test_decide_in_part_leaves_one_insurance_undecided_at_a_province(sandbox: Sandbox) -> None:
    sandbox.fault("beijing", "EnrolWorker", "decide_in_part", insurance="medical")
    assert sandbox.asked("beijing", "EnrolWorker", enrolment())["decision"] == "accepted"
    assert sandbox.asked("beijing", "EnrolWorker", enrolment("r-2", "medical"))["decision"] == "received"


def test_decide_in_part_refuses_one_record_of_a_batch(sandbox: Sandbox) -> None:
    sandbox.fault("tax-hunan", "DeclareLevy", "decide_in_part", insurance="medical")
    saved = sandbox.save("hunan", levy(), levy("l-2", XZLX_DM="310"))
    assert (saved["jls"], saved["errorGryzmxGrid"][0]["record"]["XH"]) == (1, "l-2")


def test_a_bureau_may_refuse_at_reading_and_push_its_result(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    sandbox.fault("tax-hunan", "DeclareLevy", "refuse", reason="金额有误")
    sandbox.fault("tax-hunan", "DeclareLevy", "decide_later", seconds=0, how="callback")
    sandbox.save("hunan", levy())
    (document,) = until(received.documents)
    assert document["head"]["api"] == "/v1/taxInfoResults"
    (row,) = document["body"]["gryzmxGrid"]
    assert (row["XH"], row["DQJGLX_DM"], row["BZ"]) == ("l-1", "2", "金额有误")
    assert parse_qs(received.received[0].query)["appId"] == ["tax-hunan"]


def test_a_clerk_gets_there_first_and_the_row_shows_it(hunan: Sandbox) -> None:
    hunan.fault("hunan", "EnrolWorker", "clerk")
    hunan.fault("hunan", "EnrolWorker", "down")
    with pytest.raises(HungUpError):
        hunan.hunan("F20.01", hunan_enrolment())
    (found,) = hunan.hunan_query("F27.06", ("aac002", WORKER))
    assert (found["aae011"], found["aae013"]) == ("chuangkou-07", "")
    assert errors(hunan.hunan("F20.01", hunan_enrolment())) == ["该人员已参加企业职工基本养老保险"]
    assert hunan.count("hunan", "registered", "h-1") == 0


def test_a_clerk_also_gets_there_first_in_the_typed_contract(sandbox: Sandbox) -> None:
    sandbox.fault("beijing", "EnrolWorker", "clerk")
    assert sandbox.asked("beijing", "EnrolWorker", enrolment())["decision"] == "refused"
    found = sandbox.asked("beijing", "FindCover", cover_question())
    assert (found["registered_by"], found["state"], found.get("reference")) == ("chuangkou-07", "active", None)


@pytest.mark.parametrize(("amount", "levied"), [(None, 963.4), ("-0.40", 962), ("1000.00", 1000)])
def test_an_assessed_amount_may_differ(sandbox: Sandbox, amount: str | None, levied: float) -> None:
    options = {} if amount is None else {"amount": amount}
    sandbox.fault("zhejiang", "EnrolWorker", "amount_differs", **options)
    notice = sandbox.asked("zhejiang", "EnrolWorker", enrolment())["notice_number"]
    found = sandbox.find_levy("zhejiang", AAZ288=notice)[0]
    assert (found["YJJE"], sum(share["YJJE"] for share in found["FYZCGrid"])) == (levied, levied)


def test_a_collected_amount_may_differ(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    sandbox.fault("tax-hunan", "Receipt", "amount_differs", amount="-40.60")
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="l-1")
    (receipt,) = until(received.documents)[0]["body"]["receiptGrid"]
    assert (receipt["YJJE"], receipt["SJJE"]) == (840.6, 800)


def test_everybody_may_take_their_time_without_a_script() -> None:
    with standing(Pace(decide_after=0)) as sandbox:
        assert sandbox.asked("beijing", "EnrolWorker", enrolment())["decision"] == "received"
        until(lambda: sandbox.count("beijing", "registered", "r-1"))
