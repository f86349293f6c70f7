"""Guizhou as a server: what is called holds until it is confirmed; GBK columns; rows with TABs and no header."""

import pytest

from tests.sandbox.spoken import APPLICANT, ENROLMENT, MONTHS, PAYMENT, SOMEBODY, WHO, WITHDRAWAL, Guizhou
from tests.sandbox.started import Sandbox

ENROL = {"aae013": "g-1", **ENROLMENT}
DONE, AGAIN = ("0", ""), ("1", "该交易已确认")


@pytest.fixture
def guizhou(sandbox: Sandbox) -> Guizhou:
    return Guizhou(sandbox)


def enrolled(guizhou: Guizhou) -> dict[str, str]:
    trade = guizhou.call("G20", ENROL)
    assert guizhou.second("confirm", trade) == DONE
    return trade


def test_a_call_has_no_effect_until_it_is_confirmed_and_then_has_what_it_promised(guizhou: Guizhou) -> None:
    trade = guizhou.call("G20", ENROL)
    assert (trade["prm_sljg"], trade["appcode"], len(trade["jylsh"])) == ("1", "3", 20)
    assert (guizhou.sandbox.state()["effects"], guizhou.file("21", WHO)) == ([], [])
    assert guizhou.call("52", {"aae013": "g-1"})["appmsg"] == "未找到业务受理记录"
    assert guizhou.uncertain("G20") == guizhou.uncertain() == [trade["jylsh"]]
    assert guizhou.second("confirm", trade) == DONE
    assert guizhou.second("confirm", trade) == AGAIN
    assert guizhou.uncertain() == []
    shown = guizhou.call("52", {"aae013": "g-1", "aae140": "110"})
    names = ("prm_sljg", "prm_slbh", "prm_aac001", "prm_cbdjh")
    assert [shown[name] for name in names] == [trade[name] for name in names]
    (row,) = guizhou.file("21", WHO | MONTHS)
    assert row[:2] == [trade["prm_aac001"], SOMEBODY]
    assert row[3:9] == ["110", "20", "2", "1", "510104", "202601"]
    assert guizhou.sandbox.count("guizhou", "registered", "g-1") == 1


def test_what_is_cancelled_never_takes_effect_and_what_is_confirmed_cannot_be_cancelled(guizhou: Guizhou) -> None:
    forgotten, kept = guizhou.call("G20", ENROL), guizhou.call("G20", ENROL | {"aae013": "g-2"})
    assert guizhou.uncertain("G20") == [forgotten["jylsh"], kept["jylsh"]]
    assert guizhou.uncertain("G23") == []
    assert [guizhou.second("cancel", forgotten) for _ in range(2)] == [DONE, ("1", "该交易已取消")]
    assert guizhou.second("confirm", forgotten) == ("-1", "交易流水号不存在或已取消")
    assert guizhou.second("confirm", kept | {"jyyzm": "0"})[0] == "-1"
    assert guizhou.second("confirm", kept) == DONE
    assert guizhou.second("cancel", kept) == ("-1", "该交易已确认")
    assert guizhou.sandbox.count("guizhou", "registered", "g-1") == 0


def test_what_no_longer_fits_when_it_is_confirmed_is_cancelled(guizhou: Guizhou) -> None:
    trade = guizhou.call("G20", ENROL)
    guizhou.sandbox.control("clerk", party="guizhou", id_number=SOMEBODY, insurance="pension", start="2026-01")
    assert guizhou.second("confirm", trade) == ("-1", "该人员已参加企业职工基本养老保险")
    assert guizhou.uncertain() == []
    refused = guizhou.call("G20", ENROL)
    assert (refused["prm_sljg"], refused["jylsh"], refused["appcode"]) == ("3", "", "0")


def test_two_insurances_that_are_promised_together_are_of_one_person(guizhou: Guizhou) -> None:
    trades = [guizhou.call("G20", ENROL), guizhou.call("G20", ENROL | {"aae013": "g-2", "aae140": "310"})]
    assert [guizhou.second("confirm", trade) for trade in trades] == [DONE, DONE]
    assert len({trade["prm_aac001"] for trade in trades} | {row[0] for row in guizhou.file("21", WHO)}) == 1


def test_payments_and_withdrawals_wait_for_their_confirmation_too(guizhou: Guizhou) -> None:
    enrolled(guizhou)
    taken_back = guizhou.call("G23", {"aae013": "g-1", **WITHDRAWAL})
    paid = guizhou.call("G25", {"aae013": "g-1", **PAYMENT})
    assert (taken_back["prm_sljg"], paid["prm_sljg"], guizhou.file("21", WHO)[0][5]) == ("1", "1", "2")
    assert guizhou.second("confirm", paid) == DONE
    assert guizhou.file("21", WHO)[0][5] == "1"
    assert guizhou.second("confirm", taken_back) == ("-1", "该月费款已到账，不能撤销")
    assert guizhou.call("G23", {"aae013": "g-1", **WITHDRAWAL})["prm_sljg"] == "3"


def test_a_change_is_tried_before_it_is_promised(guizhou: Guizhou) -> None:
    end = {"aae013": "g-3", **APPLICANT, "aae140": "110", "aac050": "23"}
    assert guizhou.call("G35", end | {"aae042": "202604"})["appmsg"] == "未查询到参保信息"
    enrolled(guizhou)
    early = guizhou.call("G35", end | {"aae042": "202512"})
    assert (early["prm_sljg"], early["prm_thyy"], early["jylsh"]) == ("3", "终止月早于参保起始月", "")
    trade = guizhou.call("G35", end | {"aae042": "202604"})
    assert trade["prm_aac001"] == guizhou.file("21", WHO)[0][0]
    assert guizhou.file("21", WHO)[0][9] == ""
    assert guizhou.second("confirm", trade) == DONE
    assert guizhou.file("21", WHO)[0][5:10] == ["3", "3", "510104", "202601", "202604"]


@pytest.mark.parametrize(("sent", "kept"), [("王䶮", "王\ue863"), ("王𬱖", "王?"), ("欧阳·雪", "欧阳·雪")])
def test_a_name_comes_back_as_the_column_keeps_it(guizhou: Guizhou, sent: str, kept: str) -> None:
    assert guizhou.second("confirm", guizhou.call("G20", ENROL | {"aac003": sent})) == DONE
    assert guizhou.call("03", WHO)["prm_aac003"] == kept


def test_a_name_of_more_bytes_than_the_column_is_a_raw_exception(guizhou: Guizhou) -> None:
    broken = guizhou.call("G20", ENROL | {"aac003": "长" * 26})
    assert (broken["appcode"], broken["appmsg"][:9]) == ("-9", "ORA-12899")
    assert guizhou.call("G20", ENROL | {"aac003": "长" * 25})["appcode"] == "3"


def test_nobody_and_nothing_are_told_apart(guizhou: Guizhou) -> None:
    nobody = guizhou.call("03", WHO)
    assert (nobody["appcode"], nobody["appmsg"], guizhou.file("H28d", WHO)) == ("1", "查无此人", [])
    guizhou.sandbox.control("seed", party="guizhou", id_number=SOMEBODY)
    for function, columns in (("21", 13), ("H28d", 23), ("H29d", 17)):
        (row,) = guizhou.file(function, WHO)
        assert (len(row), row[1], set(row[3:])) == (columns, SOMEBODY, {""})
    assert guizhou.call("03", WHO | {"aac001": "1"})["appmsg"] == "个人编号与身份证号码不符"


def test_what_is_not_open_to_the_caller_is_told_by_a_negative_code(guizhou: Guizhou) -> None:
    call = {"jybh": "03", "inputxml": "<input/>"}
    assert guizhou.post("call", call, secret="no")["appcode"] == "-2"
    assert guizhou.post("call", call | {"jybh": "G99"})["appcode"] == "-3"
    assert guizhou.post("call", call | {"surplus": "1"})["appcode"] == "-3"
    assert guizhou.post("call", call | {"inputxml": "<input>" + " " * 65_530})["appmsg"] == "入参超过65534个字符"
