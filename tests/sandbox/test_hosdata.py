"""Hebei as a server: nothing outside a business cycle, a serial serves once, and is what a reversal goes by."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.spoken import (
    APPLICANT,
    ENROLMENT,
    MONTHS,
    PAYMENT,
    SOMEBODY,
    WHO,
    WITHDRAWAL,
    Hebei,
    elements,
    leaves,
    rows,
)
from tests.sandbox.started import Sandbox, standing

ENROL = {"aae013": "h-1", **ENROLMENT}
NO_CYCLE = "业务周期号无效或已签退"


@pytest.fixture
def hebei(sandbox: Sandbox) -> Hebei:
    signed_in = Hebei(sandbox)
    signed_in.sign_in()
    return signed_in


def covers(hebei: Hebei) -> list[dict[str, str]]:
    text = hebei.text("7102", WHO | MONTHS)
    found = rows(text, "AC02ROW")
    assert leaves(text)["HS"] == str(len(found))
    return found


def test_nothing_is_served_outside_a_cycle_and_the_serial_is_not_used_up(hebei: Hebei) -> None:
    assert hebei.sign_in() == hebei.cycle
    assert hebei.failure("7110", ENROL, msgid="a", batno="") == NO_CYCLE
    assert hebei.call("9110", {})["RETURNNUM"] == "1"
    assert hebei.failure("7110", ENROL, msgid="a") == NO_CYCLE
    before = hebei.cycle
    assert hebei.sign_in() != before
    assert hebei.call("7110", ENROL, msgid="a")["SLJG"] == "1"


def test_a_cycle_ends_with_its_day(tmp_path: Path) -> None:
    clock = tmp_path / "now"
    clock.write_text("2026-01-05T10:00:00+08:00", encoding="ascii")
    with standing(now_file=clock) as sandbox:
        hebei = Hebei(sandbox)
        assert hebei.sign_in() == "20260105000001"
        clock.write_text("2026-01-06T00:00:00+08:00", encoding="ascii")
        assert hebei.failure("7101", WHO) == NO_CYCLE
        assert hebei.sign_in()[:8] == "20260106"


def test_a_serial_serves_once_and_says_nothing_of_the_first_time(hebei: Hebei) -> None:
    done = hebei.call("7110", ENROL, msgid="a")
    assert (done["RETURNNUM"], done["SLJG"], done["AAE013"]) == ("1", "1", "h-1")
    assert hebei.failure("7110", ENROL, msgid="a") == "发送方交易流水号重复"
    assert hebei.call("7110", ENROL, msgid="b")["THYY"] == "该人员已参加企业职工基本养老保险"
    assert hebei.sandbox.count("hebei", "registered", "h-1") == 1


def test_a_reversal_undoes_all_of_the_effect_and_a_second_one_is_done_too(hebei: Hebei) -> None:
    hebei.call("7110", ENROL, msgid="a")
    assert [hebei.reverse("7110", "a")["RETURNNUM"] for _ in range(2)] == ["1", "1"]
    assert covers(hebei) == []
    assert rows(hebei.text("7111", {"aae013": "h-1"}), "YWROW") == []
    assert hebei.failure("7110", ENROL, msgid="a") == "原交易已冲正"
    assert hebei.call("7110", ENROL, msgid="b")["SLJG"] == "1"
    assert hebei.sandbox.count("hebei", "reversed", "h-1") == 1


def test_what_was_reversed_before_it_arrived_is_refused_when_it_does(hebei: Hebei) -> None:
    assert hebei.reverse("7110", "late")["RETURNNUM"] == "1"
    assert hebei.failure("7110", ENROL, msgid="late") == "原交易已冲正"
    assert hebei.sandbox.state()["effects"] == []


def test_what_is_paid_by_now_cannot_be_reversed_and_a_payment_can(hebei: Hebei) -> None:
    hebei.call("7110", ENROL, msgid="a")
    hebei.call("7113", {"aae013": "h-1", **PAYMENT}, msgid="p")
    assert hebei.reverse("7110", "a")["ERRORMSG"] == "该月已缴费，不能冲正"
    assert covers(hebei)[0]["AAC031"] == "1"
    assert hebei.reverse("7113", "p")["RETURNNUM"] == "1"
    assert covers(hebei)[0]["AAC031"] == "2"
    assert hebei.reverse("7110", "a")["RETURNNUM"] == "1"


def test_changes_and_withdrawals_are_reversed_to_what_was_there_before(hebei: Hebei) -> None:
    hebei.call("7110", ENROL, msgid="a")
    right = {"xaac058": "01", "xaac147": "320102199203071014", "xaac003": "蒲望山", "zmcl": "户口簿"}
    hebei.call("7122", {"aae013": "h-2", **APPLICANT, **right}, msgid="c")
    assert hebei.reverse("7110", "a")["ERRORMSG"] == "该业务之后另有变动，不能冲正"
    assert covers(hebei) == []
    hebei.reverse("7122", "c")
    (cover,) = covers(hebei)
    hebei.call("7112", {"aae013": "h-1", **WITHDRAWAL}, msgid="w")
    assert covers(hebei) == [{name: cover[name] for name in ("AAC001", "AAC002", "AAC003")}]
    hebei.reverse("7112", "w")
    assert covers(hebei) == [cover]
    assert rows(hebei.text("7111", {"aae013": "h-1"}), "YWROW")[0]["SLJG"] == "1"


def test_a_name_of_more_bytes_than_the_column_is_a_raw_exception(hebei: Hebei) -> None:
    assert hebei.failure("7110", ENROL | {"aac003": "长" * 17}).startswith("ORA-12899")
    assert hebei.call("7110", ENROL | {"aac003": "𬱖" * 12})["SLJG"] == "1"
    assert rows(hebei.text("7101", WHO), "AC01ROW")[0]["AAC003"] == "𬱖" * 12


def test_progress_shows_the_newest_first_and_what_is_given_must_fit(hebei: Hebei) -> None:
    hebei.sandbox.fault("hebei", "EnrolWorker", "return_once")
    returned = hebei.call("7110", ENROL)
    assert returned["SLJG"] == "2"
    assert hebei.call("7110", ENROL | {"slbh": returned["SLBH"], "bzsm": "居住证"})["SLJG"] == "1"
    assert [row["SLJG"] for row in rows(hebei.text("7111", {"aae013": "h-1"}), "YWROW")] == ["1"]
    assert rows(hebei.text("7111", {"aae013": "h-1", "aae140": "310"}), "YWROW") == []


def test_records_have_their_tables(hebei: Hebei) -> None:
    cover = {"insurance": "medical", "scheme": "individual_medical", "first": "2026-01", "state": "odd"}
    hebei.sandbox.control("seed", party="hebei", id_number=SOMEBODY, covers=[cover])
    (found,) = covers(hebei)
    assert (found["AAC031"], found["AAC008"], found["AAC012"]) == ("1", "7", "20")
    (right,) = rows(hebei.text("7104", WHO), "AC20ROW")
    assert (right["AAC049"], right["SJYS"], right["DYNY"]) == ("202601", "0", "202607")
    assert rows(hebei.text("7103", WHO), "AC43ROW")[0]["AAE017"] == "0"


def test_who_is_not_admitted_and_what_is_not_open_is_told(hebei: Hebei) -> None:
    assert hebei.failure("7101", WHO, secret="no") == "授权码无效"
    assert hebei.failure("1630", WHO) == "交易编号不存在"
    assert hebei.failure("7101", WHO, msgid="x" * 65) == "报文头不完整"
    assert hebei.sandbox.post("/hebei/hosdata", b"<no/>").status == 500


DAY = {"aae030": "20260105", "aae031": "20260105", "ywlx": "7113", "aae140": "110"}
SUM = "962.40"
PAID = {"aae013": "h-1", **PAYMENT, "aae082": SUM}


@pytest.fixture
def booked(tmp_path: Path) -> Iterator[Hebei]:
    clock = tmp_path / "now"
    clock.write_text("2026-01-05T10:00:00+08:00", encoding="ascii")
    with standing(now_file=clock) as sandbox:
        hebei = Hebei(sandbox)
        hebei.sign_in()
        hebei.call("7110", ENROL, msgid="a")
        yield hebei


def listed(hebei: Hebei, *named: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    """Serial, state and amount of every trade that is told to those which are named (serial, theirs, amount)."""
    columns = ("MSGID", "REFMSGID", "AKC264")
    inner = "".join(f"<MXROW>{elements(dict(zip(columns, row, strict=True)))}</MXROW>" for row in named)
    text = hebei.text("9210", DAY, also=f"<MXXML>{inner}</MXXML>")
    found = rows(text, "MXROW")
    return [(row["MSGID"], row["CKAA08"], row["AKC264"]) for row in found]


def totals(hebei: Hebei, forward: str, reverse: str, amount: str) -> tuple[str, str, str, str]:
    said = hebei.call("9200", DAY | {"bkb001": forward, "bkb002": reverse, "akc264": amount})
    return said["AKE150"], said["BKB001"], said["BKB002"], said["AKC264"]


def test_totals_are_its_own_and_say_whether_ours_are_the_same(booked: Hebei) -> None:
    assert totals(booked, "0", "0", "0.00") == ("1", "0", "0", "0.00")
    booked.call("7113", PAID, msgid="p")
    assert totals(booked, "1", "0", SUM) == ("1", "1", "0", SUM)
    assert totals(booked, "2", "0", SUM) == ("0", "1", "0", SUM)
    booked.reverse("7113", "p")
    assert totals(booked, "1", "0", SUM) == ("0", "1", "1", "0.00")


def test_trades_are_compared_by_both_serials_and_those_that_we_do_not_name_are_told_too(booked: Hebei) -> None:
    own = booked.call("7113", PAID, msgid="p")["REFMSGID"]
    booked.call("7113", PAID, msgid="q")
    assert listed(booked, ("p", own, SUM), ("x", "", "1.00")) == [("p", "1", SUM), ("x", "3", ""), ("q", "4", SUM)]
    assert listed(booked, ("p", "HB-other", SUM), ("q", "", "1.00")) == [("p", "3", ""), ("q", "2", SUM)]
    booked.reverse("7113", "q")
    assert listed(booked, ("p", own, SUM)) == [("p", "1", SUM)]


def test_a_payment_that_took_no_effect_is_in_no_total(booked: Hebei) -> None:
    booked.sandbox.fault("hebei", "StartCover", "effect_missing")
    booked.call("7113", PAID, msgid="p")
    assert totals(booked, "1", "0", SUM) == ("0", "0", "0", "0.00")
