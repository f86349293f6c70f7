from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.rules.law import Law

TODAY = date(2026, 11, 22)
PROVINCES = """11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"""
PREFECTURES = {"33": 11, "43": 14, "44": 21, "32": 13, "13": 11, "42": 13, "51": 21}


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("330113", date(2021, 4, 9), "临平区"),
        ("330113", date(2021, 4, 8), None),
        ("330103", date(2021, 4, 8), "下城区"),
        ("330103", TODAY, None),
        ("330104", TODAY, None),
        ("330102", TODAY, "上城区"),
        ("431181", TODAY, "祁阳市"),
        ("431121", TODAY, None),
        ("441900", TODAY, "东莞市"),
        ("130502", date(2019, 6, 1), "桥东区"),
        ("130502", TODAY, "襄都区"),
        ("999999", TODAY, None),
        ("110100", TODAY, None),
    ],
)
def test_a_code_is_a_region_in_its_time_only(shipped: Law, code: str, on: date, name: str | None) -> None:
    record = shipped.regions.in_force(code, on)
    assert (record and record.name) == name


def test_an_ended_code_leads_to_its_successors(shipped: Law) -> None:
    assert shipped.regions.successors("330104", TODAY) == ("330102", "330114")
    assert shipped.regions.successors("330103", TODAY) == ("330105",)
    assert shipped.regions.successors("330106", TODAY) == ("330106",)
    record = shipped.regions.in_force("330113", TODAY)
    assert record is not None
    assert record.before == ("330110",)


def test_every_province_level_region_stands(shipped: Law) -> None:
    for province in PROVINCES.split():
        assert shipped.regions.in_force(province + "0000", TODAY)


@pytest.mark.parametrize(("province", "count"), list(PREFECTURES.items()))
def test_prefectures_are_complete(shipped: Law, province: str, count: int) -> None:
    codes = [f"{province}{n:02d}00" for n in range(1, 100)]
    assert sum(shipped.regions.in_force(code, TODAY) is not None for code in codes) == count


def test_a_region_is_named_from_province_to_county(shipped: Law) -> None:
    names = {code: shipped.regions.full_name(code, TODAY) for code in ("330106", "110105", "441900", "429004")}
    assert names == {
        "330106": "浙江省杭州市西湖区",
        "110105": "北京市朝阳区",
        "441900": "广东省东莞市",
        "429004": "湖北省仙桃市",
    }


def test_what_is_no_region_is_refused_by_code_and_date(shipped: Law) -> None:
    with pytest.raises(GatewayError) as raised:
        shipped.regions.need("330103", TODAY)
    assert raised.value.params == {"region": "330103", "date": "2026-11-22"}
