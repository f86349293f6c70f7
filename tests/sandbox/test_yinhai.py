"""Sichuan as a server: a serial before each trade, used up by taking effect; the signed header; an escaped string."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sandbox.spoken import (
    APPLICANT,
    ENROLMENT,
    MONTHS,
    PAYMENT,
    SOMEBODY,
    WHO,
    WITHDRAWAL,
    Sichuan,
    elements,
    leaves,
)
from tests.sandbox.started import Sandbox, standing

ENROL = {"aae013": "s-1", **ENROLMENT}
SUSPEND = {"aae013": "s-2", **APPLICANT, "aae140": "110", "aae041": "202604", "thyy": "暂停接单"}


@pytest.fixture
def sichuan(sandbox: Sandbox) -> Sichuan:
    return Sichuan(sandbox)


def test_a_trade_without_its_own_serial_has_no_effect(sichuan: Sichuan) -> None:
    serial, code = sichuan.serial("BL02")
    said = [
        sichuan.trade("BL01", ENROL, numbers)["message"]
        for numbers in (("0", "0"), ("51SB9999999999999999", code), (serial, code), (sichuan.serial("BL01")[0], "1"))
    ]
    assert said == ["缺少交易流水号", *["交易流水号无效"] * 3]
    assert sichuan.sandbox.state()["effects"] == []


def test_a_serial_is_used_up_by_taking_effect_and_not_by_a_refusal(sichuan: Sichuan) -> None:
    numbers = sichuan.serial("BL01")
    assert sichuan.trade("BL01", ENROL | {"aae140": "999"}, numbers)["code"] == "-1"
    done = sichuan.trade("BL01", ENROL, numbers)
    assert (done["code"], done["sljg"], done["aae013"], done["aaz288"]) == ("1", "1", "s-1", "")
    assert sichuan.trade("BL01", ENROL, numbers)["message"] == "交易流水号已使用"
    assert sichuan.trade("BL01", ENROL)["message"] == "该人员已参加企业职工基本养老保险"
    assert sichuan.sandbox.count("sichuan", "registered", "s-1") == 1


def test_a_serial_is_good_until_the_end_of_the_next_day(tmp_path: Path) -> None:
    clock = tmp_path / "now"
    clock.write_text("2026-01-05T10:00:00+08:00", encoding="ascii")
    with standing(now_file=clock) as sandbox:
        sichuan = Sichuan(sandbox)
        tomorrow, afterwards = sichuan.serial("BL01"), sichuan.serial("BL02")
        clock.write_text("2026-01-06T23:59:59+08:00", encoding="ascii")
        assert sichuan.trade("BL01", ENROL, tomorrow)["code"] == "1"
        clock.write_text("2026-01-07T00:00:00+08:00", encoding="ascii")
        assert sichuan.trade("BL02", {"aae013": "s-1", **WITHDRAWAL}, afterwards)["message"] == "交易流水号无效"


def test_progress_is_found_by_the_serial_and_nothing_is_found_of_what_took_no_effect(sichuan: Sichuan) -> None:
    lost = sichuan.serial("BL01")
    assert sichuan.ask("CX05", {"yjylsh": lost[0]}) == []
    sichuan.sandbox.fault("sichuan", "EnrolWorker", "decide_later")
    assert sichuan.trade("BL01", ENROL, lost)["sljg"] == "0"
    (row,) = sichuan.ask("CX05", {"aae013": "s-1", "yjylsh": lost[0], "aae140": "110"})
    assert (row["sljg"], row["jylsh"], row["jybh"], row["aae011"]) == ("0", lost[0], "BL01", "gateway")
    sichuan.sandbox.control("decide", party="sichuan", reference="s-1", decision="refused", reason="材料不符")
    assert [one["thyy"] for one in sichuan.ask("CX05", {"slbh": row["slbh"]})] == ["材料不符"]
    assert sichuan.ask("CX05", {"aae013": "s-1", "aae140": "310"}) == []


def test_trades_that_are_only_done_have_a_row_too_the_newest_first(sichuan: Sichuan) -> None:
    sichuan.trade("BL01", ENROL)
    assert sichuan.trade("BL03", {"aae013": "s-1", **PAYMENT}) == {"code": "bare", "message": "success"}
    refused = sichuan.trade("BL02", {"aae013": "s-1", **WITHDRAWAL})
    assert (refused["code"], refused["message"]) == ("-1", "该月费款已到账，不能撤销")
    assert [row["jybh"] for row in sichuan.ask("CX05", {"aae013": "s-1"})] == ["BL03", "BL01"]
    (cover,) = sichuan.ask("CX02", {**WHO, **MONTHS})
    assert (cover["aac031"], cover["aac084"], cover["aae140"], cover["aac012"]) == ("1", "0", "110", "20")


def test_what_is_withdrawn_is_gone_and_withdrawn_again_is_done_again(sichuan: Sichuan) -> None:
    sichuan.trade("BL01", ENROL)
    for _ in range(2):
        assert sichuan.trade("BL02", {"aae013": "s-1", **WITHDRAWAL})["code"] == "1"
    assert [row["aae140"] for row in sichuan.ask("CX02", WHO)] == [""]
    assert sichuan.sandbox.count("sichuan", "withdrawn", "s-1") == 1


def test_a_change_without_a_registration_is_refused_and_leaves_no_row(sichuan: Sichuan) -> None:
    assert sichuan.trade("BL13", SUSPEND)["message"] == "未查询到参保信息"
    assert sichuan.ask("CX05", {"aae013": "s-2"}) == []
    sichuan.trade("BL01", ENROL)
    assert sichuan.trade("BL13", SUSPEND)["sljg"] == "1"
    end = {"aae013": "s-3", **APPLICANT, "aae140": "110", "aae042": "202605", "zzyy": "3"}
    assert sichuan.trade("BL15", end)["sljg"] == "1"
    (cover,) = sichuan.ask("CX02", WHO)
    assert (cover["aac031"], cover["aae042"]) == ("3", "202605")


def test_a_name_of_more_bytes_than_the_column_is_a_raw_exception(sichuan: Sichuan) -> None:
    assert sichuan.trade("BL01", ENROL | {"aac003": "长" * 17})["message"].startswith("ORA-12899")
    assert sichuan.ask("CX01", WHO) == []
    assert sichuan.trade("BL01", ENROL | {"aac003": "长" * 16})["code"] == "1"
    (found,) = sichuan.ask("CX01", WHO)
    assert found == {"aac001": found["aac001"], "aac002": SOMEBODY, "aac003": "长" * 16, "aab301": "510104"}


def test_records_are_rows_of_their_own(sichuan: Sichuan) -> None:
    sichuan.sandbox.control(
        "seed",
        party="sichuan",
        id_number=SOMEBODY,
        covers=[
            {
                "insurance": "pension",
                "scheme": "employee_pension",
                "first": "2020-01",
                "state": "drawing",
                "lines": [
                    {
                        "scheme": "employee_pension",
                        "region": "510700",
                        "first": "2020-01",
                        "state": "refunded",
                        "kind": "back_payment",
                        "employer": "769.92",
                        "total": "1154.88",
                        "paid_on": "2020-01-18",
                    }
                ],
                "rights": {"benefit": "paid", "benefit_amount": "412.30"},
            }
        ],
    )
    (line,) = sichuan.ask("CX03", {**WHO, **MONTHS, "aae041": "201901"})
    assert (line["aac012"], line["aae017"], line["aaa115"], line["aae020"]) == ("10", "2", "31", "769.92")
    assert (line["aae003"], line["aab191"], line["aae022"]) == ("202001", "20200118", "")
    (right,) = sichuan.ask("CX04", WHO)
    assert (right["aac031"], right["aac084"], right["aae116"], right["aae019"]) == ("3", "1", "1", "412.30")


def test_the_signed_header_is_taken_from_whoever_has_the_key(sichuan: Sichuan, monkeypatch: pytest.MonkeyPatch) -> None:
    key = generate_private_key(65537, 2048)
    inner = f"<input>{elements(WHO)}</input>"

    def asked(signed: str, source: str = inner) -> str:
        signature = key.sign(signed.replace(" ", "").encode(), PKCS1v15(), SHA1())  # noqa: S303 - the vendor's recipe
        system = {"systemKey": "gateway", "source": source, "signature": base64.b64encode(signature).decode()}
        answer = sichuan.post(sichuan.body(system | {"jybh": "CX01"}, inner))
        (text,) = [one.text or "" for one in answer.xml.iter("return")]
        return leaves(text).get("message", "")

    assert asked(inner) == "签名验证失败"
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    monkeypatch.setenv("PARTY_SICHUAN_CALLER_KEY", pem)
    assert asked(inner) == "success"
    assert asked(inner.replace("蒲", "浦")) == "签名验证失败"
    assert asked(inner, inner.replace("蒲", "浦")) == "签名验证失败"


def test_what_is_no_call_is_a_fault_and_what_is_unknown_is_told(sichuan: Sichuan) -> None:
    assert sichuan.post("<e:Envelope").status == 500
    assert leaves(sichuan.said("CX99", "<input/>", ("0", "0")))["message"] == "交易编号不存在"
    assert leaves(Sichuan(sichuan.sandbox, "no").said("CX01", "<input/>", ("0", "0")))["message"] == "用户名或密码错误"
    assert sichuan.post(sichuan.body({"userName": "gateway", "passWord": "sandbox-sichuan"}, "<input>")).status == 500
