"""A tax bureau as a server: batches, per-record errors, results read later, payments and receipts."""

import base64
import gzip
import hashlib
import hmac
import json
from typing import Any

import pytest

from sandbox.ground import Pace
from sandbox.http import Reply
from tests.sandbox.documents import cancellation, enrolment, levy
from tests.sandbox.started import Gateway, Sandbox, standing, until


def test_a_saved_record_is_read_later_and_then_has_the_numbers_of_both_sides(sandbox: Sandbox) -> None:
    assert sandbox.save("hunan", levy()) == {"cspch": "B1", "jls": 1, "errorGryzmxGrid": []}
    (result,) = sandbox.read_results("hunan")
    assert (result["XH"], result["DQJGLX_DM"], result["YZZT_DM"]) == ("l-1", "1", "01")
    assert (result["YJJE"], result["GRBH"]) == (840.6, "43010000000000001")
    assert result["SB_YZ_XH"] > 0
    assert result["GRBH_SW"].startswith("SW43")


def test_before_it_is_read_a_record_says_so() -> None:
    with standing(Pace(read_after=None)) as sandbox:
        sandbox.save("hunan", levy())
        (result,) = sandbox.results("hunan")
        assert result["DQJGLX_DM"] == "0"
        assert "YZZT_DM" not in result
        assert sandbox.find_levy("hunan", XH="l-1") == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"GRBH": ""}, "101", "GRBH"),
        ({"YJJE": None}, "101", "YJJE"),
        ({"YJJE": -1}, "999", "YJJE"),
        ({"YJJE": "much"}, "999", "YJJE"),
        ({"XZLX_DM": "1"}, "999", "XZLX_DM"),
        ({"BDLX_DM": "7"}, "999", "BDLX_DM"),
    ],
)
def test_a_bad_record_is_echoed_and_the_good_one_is_saved(
    sandbox: Sandbox, changed: dict[str, Any], code: str, field: str
) -> None:
    bad = levy("l-2", **changed)
    saved = sandbox.save("hunan", levy(), bad)
    (wrong,) = saved["errorGryzmxGrid"]
    assert (saved["jls"], wrong["code"], wrong["field"], wrong["record"]) == (1, code, field, bad)
    assert [one["XH"] for one in sandbox.read_results("hunan")] == ["l-1"]


def test_the_same_key_again_is_saved_without_a_second_levy_and_with_other_content_refused(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    assert sandbox.save("hunan", levy(CSPCH="B7"), batch="B7")["jls"] == 1
    assert sandbox.save("hunan", levy(YJJE=1))["errorGryzmxGrid"][0]["field"] == "XH"
    assert sandbox.read_results("hunan", "B7")[0]["SB_YZ_XH"] == sandbox.read_results("hunan")[0]["SB_YZ_XH"]
    assert sandbox.count("tax-hunan", "levy_declared", "l-1") == 1


def test_a_wrong_count_saves_nothing(sandbox: Sandbox) -> None:
    body = {"cspch": "B1", "gryzmx": {"jls": 2, "scRq": "2026-01-05"}, "insertGryzmxGrid": [levy()]}
    answer = sandbox.tax("hunan", "/v1/batch/taxInfo/saveOrUpdate", body)
    assert (answer["head"]["errorCode"], answer["head"]["success"]) == ("102", False)
    assert sandbox.results("hunan") == []


def test_the_single_path_saves_one(sandbox: Sandbox) -> None:
    assert sandbox.tax("hunan", "/v1/taxInfo", {"cspch": "B1", "gryzmx": levy()})["body"]["jls"] == 1
    assert sandbox.read_results("hunan")[0]["DQJGLX_DM"] == "1"


def test_bodies_may_be_zipped_both_ways(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    answer = sandbox.tax_raw("hunan", "/v1/batch/taxInfoResults/query", {"cspch": "B1"}, zipped=True)
    assert json.loads(gzip.decompress(base64.b64decode(answer.body)))["body"]["jls"] == 1


def test_a_wrong_signature_is_an_error_code_with_http_200(sandbox: Sandbox) -> None:
    answer = sandbox.tax_raw("hunan", "/v1/taxInfo", {"cspch": "B1", "gryzmx": levy()}, secret="other")
    assert (answer.status, answer.json["head"]["errorCode"]) == (200, "401")
    assert sandbox.results("hunan") == []


@pytest.mark.parametrize("key", ["XH", "SB_YZ_XH"])
def test_an_unpaid_levy_is_cancelled_and_cancelling_it_again_is_done(sandbox: Sandbox, key: str) -> None:
    sandbox.save("hunan", levy())
    number = {key: sandbox.read_results("hunan")[0][key]}
    sandbox.save("hunan", cancellation(**number), batch="B2")
    assert sandbox.read_results("hunan", "B2")[0]["YZZT_DM"] == "03"
    sandbox.save("hunan", cancellation(**{**number, "XH": "l-1b", "SB_YZ_XH": _number(sandbox)}), batch="B3")
    assert sandbox.read_results("hunan", "B3")[0]["DQJGLX_DM"] == "1"
    assert sandbox.count("tax-hunan", "levy_cancelled", "l-1") == 1


def test_a_paid_levy_cannot_be_cancelled(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="l-1")
    sandbox.save("hunan", cancellation(), batch="B2")
    (result,) = sandbox.read_results("hunan", "B2")
    assert (result["DQJGLX_DM"], result["YZZT_DM"], result["BZ"]) == ("2", "02", "已缴费，不能作废")
    assert len(result["DZSPHM"]) == 18


def test_cancelling_what_is_not_there_is_refused(sandbox: Sandbox) -> None:
    sandbox.save("hunan", cancellation(), batch="B2")
    assert sandbox.read_results("hunan", "B2")[0]["BZ"] == "无此应征记录"


def test_an_agency_s_levy_is_found_by_its_notice_and_can_be_cancelled_by_it(sandbox: Sandbox) -> None:
    notice = sandbox.asked("zhejiang", "EnrolWorker", enrolment())["notice_number"]
    (found,) = sandbox.find_levy("zhejiang", AAZ288=notice)
    assert (found["SJLYLX"], found["YJJE"], found["SFSSQ_ZZRQ"]) == ("2", 962.4, "2026-01-31")
    sandbox.save("zhejiang", cancellation(AAZ288=notice), batch="B2")
    assert sandbox.read_results("zhejiang", "B2")[0]["YZZT_DM"] == "03"


def test_a_levy_past_its_date_is_unpaid_and_can_still_be_paid(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy(JK_QX="2020-01-25"))
    assert sandbox.read_results("hunan")[0]["YZZT_DM"] == "04"
    assert sandbox.control("pay", party="tax-hunan", reference="l-1")["state"] == "02"


def test_a_payment_pushes_a_signed_receipt_until_it_is_answered(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    received.answers = [Reply(b"", "text/plain", 500)]
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="l-1")
    (push,) = until(lambda: [one for one in sandbox.state()["pushes"] if one["delivered"]])
    assert push["attempts"] == 2
    first, second = received.received
    assert first.path == "/in/tax-hunan"
    signed = hmac.new(b"sandbox-tax-hunan", second.body, hashlib.sha256).hexdigest()
    assert f"sign={signed}" in second.query
    assert "appId=tax-hunan" in second.query
    once, again = (one["body"]["receiptGrid"] for one in received.documents())
    assert once == again
    (receipt,) = once
    assert (receipt["SJJE"], receipt["XZLX_DM"], receipt["ZSXM_DM"], receipt["XH"]) == (840.6, "110", "10201", "l-1")
    assert len(receipt["DZSPHM"]) == 18


def test_a_receipt_of_an_agency_s_levy_names_the_notice_and_not_our_reference(gateway: tuple[Gateway, Sandbox]) -> None:
    received, sandbox = gateway
    notice = sandbox.asked("tianjin", "EnrolWorker", enrolment(agency="120101"))["notice_number"]
    sandbox.control("pay", party="tax-tianjin", notice_number=notice)
    (receipt,) = until(received.documents)[0]["body"]["receiptGrid"]
    assert receipt["AAZ288"] == notice
    assert "XH" not in receipt
    assert sandbox.count("tianjin", "booked_by_tax", "r-1") == 1


@pytest.mark.parametrize(("province", "told"), [("zhejiang", 0), ("guangdong", 0), ("beijing", 1), ("tianjin", 1)])
def test_the_bureau_tells_the_province_only_where_that_is_its_business(
    sandbox: Sandbox, province: str, told: int
) -> None:
    number = sandbox.asked(province, "EnrolWorker", enrolment())["person_number"]
    if province in ("beijing", "guangdong"):
        sandbox.save(province, levy("r-1", ZJHM="33010619930815303X", GRBH=number))
        sandbox.read_results(province)
    sandbox.control("pay", party=f"tax-{province}", reference="r-1")
    assert sandbox.count(province, "booked_by_tax", "r-1") == told


def test_the_worker_pays_by_themselves_where_the_pace_says_so() -> None:
    with standing(Pace(pay_after=0, read_after=0)) as sandbox:
        sandbox.save("hunan", levy())
        until(lambda: sandbox.count("tax-hunan", "paid", "l-1"))
        assert sandbox.find_levy("hunan", XH="l-1")[0]["YZZT_DM"] == "02"


def test_late_money_for_a_cancelled_levy_still_makes_a_receipt(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.save("hunan", cancellation(), batch="B2")
    sandbox.read_results("hunan", "B2")
    assert sandbox.post("/_control/pay", b'{"party": "tax-hunan", "reference": "l-1"}').status == 409
    assert sandbox.control("pay", party="tax-hunan", reference="l-1", force=True)["state"] == "02"


def test_the_receipt_can_be_pushed_again_without_another_payment(sandbox: Sandbox) -> None:
    sandbox.save("hunan", levy())
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="l-1")
    sandbox.control("receipt", party="tax-hunan", reference="l-1")
    assert len(sandbox.state()["pushes"]) == 2
    assert sandbox.count("tax-hunan", "paid", "l-1") == 1


def _number(sandbox: Sandbox) -> int:
    return int(sandbox.state(party="tax-hunan")["parties"]["tax-hunan"]["levies"][0]["levy_number"])
