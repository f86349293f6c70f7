"""Jiangsu and Hunan's residents' pension as servers: which values are numbers, pages, words beside codes."""

import pytest

from tests.sandbox.documents import levy
from tests.sandbox.spoken import APPLICANT, ENROLMENT, PAYMENT, SOMEBODY, WHO, WITHDRAWAL, Jiangsu, Residents
from tests.sandbox.started import Sandbox

PERSON = {name: value for name, value in APPLICANT.items() if name != "aac002"}
THERE = {name: value for name, value in ENROLMENT.items() if name != "aac002"}
ENROL = {"aae013": "j-1", **THERE, "aae041": 20260101, "aae180": 4246.5, "aac301": "430121000", "aae036": 20260105}
SUSPEND = {"aae013": "j-2", **PERSON, "aae140": "110", "aae041": 20260401, "thyy": "暂停接单"}
RESIDENT = {"aae013": "r-1", **ENROLMENT, "aae140": "170", "aae041": 202601, "jfdc": 100, "jfzq": "12"}
STOP = {"aae013": "r-2", **APPLICANT, "aae140": "170", "aae041": 202604, "thyy": "暂停"}


@pytest.fixture
def jiangsu(sandbox: Sandbox) -> Jiangsu:
    return Jiangsu(sandbox)


@pytest.fixture
def residents(sandbox: Sandbox) -> Residents:
    return Residents(sandbox)


def test_ids_days_months_and_money_are_numbers_and_counts_are_texts(jiangsu: Jiangsu) -> None:
    (done,) = jiangsu.rows("savecanbaodengji", ENROL)
    assert (done["SLJG"], done["AAZ288"], type(done["BAC001"]), type(done["AAE035"])) == ("1", "", int, int)
    answer = jiangsu.call("getrenyuancanbao", WHO | {"aae140": ["110", "310"], "pageNo": "1", "pageSize": "500"})
    (cover,) = answer["data"].pop("data")
    assert (answer["retMsg"], answer["data"]) == ("1", {"pageSize": "500", "pageNumber": "1", "totalPage": "1"})
    assert (cover["ROWNO"], cover["AAE041"], cover["AAE042"], cover["AAC301"]) == (1, 20260101, "", "510104000")
    assert (cover["AAE140"], cover["AAC013"], cover["AAC031"], cover["AAC084"]) == ("110", "20", "2", "0")
    assert jiangsu.rows("savejiaofeidaozhang", {"aae013": "j-1", **PAYMENT, "aae041": 20260101, "aae042": 202601})
    (line,) = jiangsu.rows("getrenyuanjiaofei", WHO | {"aae041": 20260101, "aae042": 202601})
    assert (line["AAE482"], line["AAE481"], line["AAE132"], line["AAA115"]) == (4246.5, 849.3, "已实缴", "正常应缴")
    (right,) = jiangsu.rows("getrenyuanquanyi", WHO)
    assert (right["AAC049"], right["SJJFYS"], right["STJFYS"], right["AAE042"]) == (20260101, "1", "", 202601)


def test_a_page_says_how_many_rows_there_are_in_all(jiangsu: Jiangsu) -> None:
    covers = [{"insurance": name, "first": "2020-01"} for name in ("pension", "medical", "unemployment")]
    jiangsu.sandbox.control("seed", party="jiangsu", id_number=SOMEBODY, covers=covers)
    answer = jiangsu.call("getrenyuancanbao", WHO | {"pageNo": "2", "pageSize": "2"})
    assert (answer["retMsg"], answer["data"]["totalPage"]) == ("3", "2")
    assert [(row["ROWNO"], row["AAE140"]) for row in answer["data"]["data"]] == [(3, "210")]


def test_jiangsu_knows_a_change_by_our_reference_and_an_enrolment_not_at_all(jiangsu: Jiangsu) -> None:
    assert jiangsu.refusal("savezantingjiaofei", SUSPEND) == ("400", "未查询到参保信息")
    jiangsu.rows("savecanbaodengji", ENROL)
    assert jiangsu.refusal("savecanbaodengji", ENROL) == ("400", "该人员已参加企业职工基本养老保险")
    assert jiangsu.rows("savezantingjiaofei", SUSPEND) == jiangsu.rows("savezantingjiaofei", SUSPEND)
    assert jiangsu.sandbox.count("jiangsu", "suspended", "j-2") == 1
    assert [row["AAE013"] for row in jiangsu.rows("getbanjianjindu", {"aae013": "j-2"})] == ["j-2"]
    assert jiangsu.rows("savecanbaochexiao", {"aae013": "j-1", **WITHDRAWAL})[0]["SLJG"] == "1"


def test_jiangsu_says_what_is_wrong_in_its_code(jiangsu: Jiangsu) -> None:
    assert jiangsu.call("getrenyuanxinxi", WHO, secret="no")["retCode"] == "401"
    assert jiangsu.call("getshenme", WHO)["retCode"] == "404"
    assert jiangsu.rows("getrenyuanxinxi", WHO) == []
    jiangsu.sandbox.control("seed", party="jiangsu", id_number=SOMEBODY)
    assert jiangsu.refusal("getrenyuanxinxi", WHO | {"bac001": 1}) == ("400", "个人编号与证件号码不一致")
    (nothing,) = jiangsu.rows("getrenyuancanbao", WHO)
    assert (nothing["AAE140"], "AAC031" in nothing) == ("", False)
    jiangsu.sandbox.fault("jiangsu", "FindWorker", "error_200")
    assert jiangsu.call("getrenyuanxinxi", WHO)["retCode"] == "500"


def test_every_code_of_a_row_has_its_word_beside_it(residents: Residents) -> None:
    (done,) = residents.rows("CJB_CBDJ", RESIDENT)
    assert (done["sljg"], done["sljgs"], done["aaz288"]) == ("1", "已办结", "")
    (cover,) = residents.rows("CJB_CBXX", WHO | {"aae140": ["170"], "aae041": 202601, "aae042": 202612})
    assert (cover["aac031"], cover["aac031s"], cover["aac008"], cover["aac008s"]) == ("2", "暂停缴费", "2", "暂停参保")
    assert (cover["aae041"], cover["aae042"], cover["sac100"]) == (202601, "", done["sac100"])
    assert cover["aac001"] != cover["sac100"]
    payment = {**PAYMENT, "aae140": "170", "aae041": 202601, "aae042": 202612}
    assert residents.rows("CJB_JFDZ", {"aae013": "r-1", **payment})[0]["sljg"] == "1"
    lines = residents.rows("CJB_JFJL", WHO | {"aae041": 202601, "aae042": 202602})
    assert [(line["aae003"], line["aae017s"], line["aae064"], line["aaa115s"]) for line in lines] == [
        (month, "已到账", "50.00", "正常应缴") for month in (202601, 202602)
    ]
    (right,) = residents.rows("CJB_QYJL", WHO)
    assert (right["aac031s"], right["sjjfys"], right["aac049"], right["aae116s"]) == ("参保缴费", 12, 202601, "未享受")


def test_the_residents_system_holds_one_insurance_and_refuses_every_other(residents: Residents) -> None:
    covers = [{"insurance": name, "first": "2020-01"} for name in ("pension", "resident_pension")]
    residents.sandbox.control("seed", party="hunan-resident", id_number=SOMEBODY, covers=covers)
    assert [row["aae140"] for row in residents.rows("CJB_CBXX", WHO)] == ["170"]
    for service, fields in (("CJB_CBXX", WHO | {"aae140": ["110"]}), ("CJB_CBDJ", RESIDENT | {"aae140": "110"})):
        assert residents.refusal(service, fields) == ("1", "险种不属于本系统")


def test_a_person_without_participation_is_not_insured_and_nobody_is_no_row(residents: Residents) -> None:
    assert residents.rows("CJB_CBXX", WHO) == []
    residents.sandbox.control("seed", party="hunan-resident", id_number=SOMEBODY)
    (nothing,) = residents.rows("CJB_CBXX", WHO)
    assert (nothing["aac031"], nothing["aac008"], nothing["aac008s"]) == ("", "0", "未参保")


def test_a_change_of_a_resident_is_known_by_its_reference(residents: Residents) -> None:
    assert residents.refusal("CJB_ZTJF", STOP) == ("1", "未查询到参保信息")
    residents.rows("CJB_CBDJ", RESIDENT)
    assert residents.refusal("CJB_CBDJ", RESIDENT) == ("1", "该人员已参加城乡居民基本养老保险")
    assert residents.rows("CJB_ZTJF", STOP) == residents.rows("CJB_ZTJF", STOP)
    assert residents.sandbox.count("hunan-resident", "suspended", "r-2") == 1
    assert residents.rows("CJB_BJJD", {"aae013": "r-1"})[0]["sljgs"] == "已办结"
    assert residents.rows("CJB_CBCX", {"aae013": "r-9", **WITHDRAWAL, "aae140": "170"})[0]["thyy"] == "无此参保登记"


def test_a_tax_bureau_tells_the_system_where_the_participation_stands(residents: Residents) -> None:
    residents.rows("CJB_CBDJ", RESIDENT)
    sandbox = residents.sandbox
    sandbox.save("hunan", levy("r-1", ZJHM=SOMEBODY, XZLX_DM="170", SFSSQ_ZZRQ="2026-12-31"))
    sandbox.read_results("hunan")
    sandbox.control("pay", party="tax-hunan", reference="r-1")
    assert residents.rows("CJB_CBXX", WHO)[0]["aac031"] == "1"
    assert sandbox.count("hunan-resident", "booked_by_tax", "r-1") == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "no"}, "2"),
        ({"serviceid": "CJB_NOWHERE"}, "3"),
        ({"datas": [WHO, WHO]}, "1"),
        ({"datas": []}, "1"),
        ({"target": "x"}, "1"),
    ],
)
def test_the_residents_system_says_what_is_wrong_in_its_code(
    residents: Residents, changed: dict[str, object], code: str
) -> None:
    assert residents.refusal("CJB_GRXX", WHO, **changed)[0] == code
