"""What tests send: contents of messages in each dialect, about two invented people."""

from typing import Any

WORKER = "430102199003071015"
OTHER = "33010619930815303X"


def person(id_number: str = OTHER, name: str = "林晓") -> str:
    return f"<person><id_type>resident_id</id_type><id_number>{id_number}</id_number><name>{name}</name></person>"


def enrolment(reference: str = "r-1", insurance: str = "pension", agency: str = "330106", more: str = "") -> str:
    return (
        f"<reference>{reference}</reference>{person()}<mobile>13900001234</mobile><insurance>{insurance}</insurance>"
        f"<choice>workplace</choice><agency>{agency}</agency><workplace_region>{agency}</workplace_region>"
        "<registered_region>430102</registered_region><start>2026-01</start><grade>60</grade><cycle>monthly</cycle>"
        "<base>4812.00</base><consent><reference>c-1</reference><given_at>2026-01-05T09:00:00+08:00</given_at></consent>"
        f"{more}"
    )


def cover_question(id_number: str = OTHER, insurance: str = "pension") -> str:
    months = "<first>2026-01</first><last>2026-12</last>"
    return (
        f"{person(id_number)}<insurances>{insurance}</insurances>{months}<warrant><purpose>benefit</purpose></warrant>"
    )


def hunan_enrolment(reference: str = "h-1", insurance: str = "1", name: str = "周远航") -> list[tuple[str, str]]:
    return [
        ("aae013", reference),
        ("aac058", "01"),
        ("aac147", WORKER),
        ("aac002", WORKER),
        ("aac003", name),
        ("aac067", "13900001234"),
        ("aae140", insurance),
        ("cbdxz", "2"),
        ("aab034", "430102"),
        ("aab301", "330106"),
        ("aac301", "430102"),
        ("aae041", "202601"),
        ("jfdc", "60"),
        ("jfzq", "1"),
        ("aae180", "4200.00"),
        ("sqbh", "c-1"),
        ("sqsj", "20260105093000"),
        ("aae011", "gateway"),
        ("aae036", "20260105"),
    ]


def levy(reference: str = "l-1", **changed: Any) -> dict[str, Any]:
    record = {
        "XH": reference,
        "SJLYLX": "1",
        "SBJBJG_DM": "430102",
        "GRBH": "43010000000000001",
        "ZJLX_DM": "201",
        "ZJHM": WORKER,
        "XM": "周远航",
        "XZLX_DM": "110",
        "YJJE": 840.6,
        "SFSSQ_QSRQ": "2026-01-01",
        "SFSSQ_ZZRQ": "2026-01-31",
        "JK_QX": "2099-12-25",
        "FYZCGrid": [{"FYMC": "rate", "JFZT_DM": "1", "YJJE": 840.6}],
        "BDLX_DM": "1",
        "CSPCH": "B1",
        "FQNY": "202601",
    }
    return {**record, **changed}


def cancellation(**numbers: Any) -> dict[str, Any]:
    usual = {"XH": "l-1", "SJLYLX": "1", "BDLX_DM": "3", "BZ": "本人申请撤销", "CSPCH": "B2", "FQNY": "202601"}
    return {**usual, **numbers}
