import logging
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.model.codes import IdType
from gateway.security.masking import MaskingFilter, mask, mask_value
from tests.strategies.records import identity_numbers

IDENTITY = [
    "110101199003071014",
    "11010119900307109x",
    "11010119900307109X",
    "１１０１０１１９９００３０７１０１４",
    "11010119900307109ｘ",
    "110101 19900307 1014",
    "110101-19900307-1014",
    "110101\u300019900307\u00a01014",
    "1101 0119 9003 0710 14",
    "1 1 0 1 0 1 1 9 9 0 0 3 0 7 1 0 1 4",
    "110101900307101",
    "110101 900307 101",
    "810000199408230021",
    "830000199201300022",
    "911124198108030024",
    "CHN110081010101",
    "chn110081010101",
    "110101199003071015",
]
MOBILE = [
    "13800138000",
    "+8613800138000",
    "86 138 0013 8000",
    "138-0013-8000",
    "１３８００１３８０００",
    "008619912345678",
]
ACCOUNT = [
    "6222020200112230",
    "6228480402564890018",
    "6228 4804 0256 4890 018",
    "4111111111111111",
    "4111-1111-1111-1111",
]
PLAIN = [
    "330106202613000123",  # a levy number: month 13
    "20260115093000123456",  # a serial of 20 digits
    "202601150930001",  # a serial that begins with a date
    "330000000000000001",
    "6222020200112231",  # fails the check of bank cards
    "12345678901",  # 11 digits, no mobile number
    "1772452800123",  # milliseconds since 1970
    "ACC202601150001",
    "0195c2f0-7b1e-7c3d-8f10-110101199003",
    "2026-03-02T12:00:00.123456+08:00",
    "1024.80",
    "33010620260115",
    "case 4711 of 330106 in 2026-01",
]


@pytest.mark.parametrize("number", IDENTITY + MOBILE + ACCOUNT)
@pytest.mark.parametrize(
    "line", ["{}", "worker {} enrolled", "({})", "编号{}，完成", "/v1/x?q=%20{}&n=1", "'{}'", "\\u0020{}", "x={}\n"]
)
def test_a_personal_number_is_masked_wherever_it_stands(number: str, line: str) -> None:
    shown = mask(line.format(number))
    assert re.search(r"\[(id|mobile|account|masked)\]", shown)
    assert not re.search(r"\d{7}|\d \d \d", shown)
    before, after = line.split("{}")
    assert shown.startswith(before)
    assert shown.endswith(after)


@pytest.mark.parametrize("number", PLAIN)
@pytest.mark.parametrize("line", ["{}", "levy {} declared", "id={}"])
def test_an_ordinary_number_stays_readable(number: str, line: str) -> None:
    assert mask(line.format(number)) == line.format(number)


def test_numbers_that_stand_side_by_side_are_each_masked() -> None:
    assert mask("13800138000 110101199003071014 6222020200112230") == "[mobile] [id] [account]"
    assert mask("1 110101199003071014,110101900307101") == "1 [id],[id]"


FIELDS = [
    "<aac003>{}</aac003>",
    "<ns:AAC003 xmlns:ns='u'>{}</ns:AAC003>",
    "<姓名*>{}</姓名*>",
    "<name>\n  {}\n</name>",
    "<name><![CDATA[{}]]></name>",
    "&lt;prm_aac003&gt;{}&lt;/prm_aac003&gt;",
    '<row aac003="{}" aac031="1"/>',
    "<row aac003='{}'/>",
    '{{"name": "{}", "cycle": "monthly"}}',
    '{{"worker":{{"name":"{}"}}}}',
    '{{\\"name\\": \\"{}\\"}}',
    "Identity(id_type='resident_id', name='{}')",
    "{{'AAE009': '{}'}}",
    "name={}, month=2026-01",
    "name={}&month=1",
    "姓名：{}，险种",
    "人员姓名:{}",
    "户名 = {}",
    "XM: {}",
    "<aac003>{}",
    '{{"name": "{}',
    "name='{}",
]


@pytest.mark.parametrize("name", ["张三", "李䶮", "阿卜杜拉·买买提", "Zhang", "\ue863"])
@pytest.mark.parametrize("line", FIELDS)
def test_a_name_is_masked_in_the_fields_that_hold_names(line: str, name: str) -> None:
    shown = mask(line.format(name))
    assert name not in shown
    assert "[masked]" in shown


@pytest.mark.parametrize("line", ['{"name": "张\\"三"}', "name='张\\'三'", '"name" : "张 三", "x": 1'])
def test_quotes_and_spaces_inside_a_name_do_not_end_it(line: str) -> None:
    assert "三" not in mask(line)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("header bearer abcdefghijkl sent", "abcdefghijkl"),
        ("POST client_assertion=eyJhbGciOi.J9.x&grant_type=x", "eyJhbGciOi"),
        ("token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln seen", "eyJzdWIiOiJ4In0"),
        ('<para pwd="hunter22"/>', "hunter22"),
        ('{"password": "hunter22"}', "hunter22"),
        ('{"mobile": 13800138000}', "13800138000"),
        ("Set-Cookie: JSESSIONID=0123abcd; path=/", "0123abcd"),
    ],
)
def test_credentials_are_masked(line: str, secret: str) -> None:
    assert secret not in mask(line)


@pytest.mark.parametrize(
    "line",
    [
        "leg 018f accepted by zhejiang in 33 ms, attempt 1 of 12",
        '{"status": "completed", "region": "330106", "amount": "1024.80"}',
        "<aac031>1</aac031><aae140>110</aae140><name/>next",
        "the name of the party: zhejiang",
        "filename=report.csv",
        "file: name of the case",
        "insurance=pension, months=3",
        "险种：养老，月份：2026-01",
        "GET /v1/cases?status=completed 200",
    ],
)
def test_an_ordinary_line_stays_as_it_is(line: str) -> None:
    assert mask(line) == line


@given(st.sampled_from(IdType).flatmap(identity_numbers), st.sampled_from(["", " ", "：", "编号", "<b>", "x "]))
def test_every_number_that_the_gateway_accepts_is_masked(number: str, before: str) -> None:
    short_without_province = (
        len(number) == 15 and number[0].isdigit() and not re.match("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]", number)
    )
    assume(not short_without_province)
    assert mask(f"{before}{number}.") == f"{before}[id]."


@given(st.text(st.sampled_from("0123456789 -Xx<>=:'\"\\姓名nameac03张{}&;[]maskdi%u\n"), max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "<name", "name=", '"name":"', "&lt;name", "\\", "a-", "6222 ", "姓名", "1101011990"]
)
def test_a_very_long_line_is_masked_in_one_go(piece: str) -> None:
    assert mask(piece * 20_000)


def test_structured_values_are_masked_by_name_and_by_form() -> None:
    value = {
        "name": "张三",
        "case": "c1",
        "seen": ["110101199003071014", 7],
        "mobile": 13800138000,
        "n": 110101900307101,
    }
    assert mask_value("extra", value) == {
        "name": "[masked]", "case": "c1", "seen": ["[id]", 7], "mobile": "[masked]", "n": "[id]",
    }  # fmt: skip
    assert [mask_value("n", plain) for plain in (None, True, 3, 2.5)] == [None, True, 3, 2.5]


class Unprintable:
    def __str__(self) -> str:
        raise ValueError("110101199003071014")


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("t", logging.INFO, "f", 1, message, args, None)


def test_the_filter_masks_message_and_arguments_together() -> None:
    made = record("worker %s of %s", "110101199003071014", "330106")
    assert MaskingFilter().filter(made)
    assert made.getMessage() == "worker [id] of 330106"


@pytest.mark.parametrize("args", [("110101199003071014",), (Unprintable(), 1), ("a", "b", "c")])
def test_a_record_that_cannot_be_formatted_is_masked_and_passes(args: tuple[object, ...]) -> None:
    made = record("%d of 110101199003071014 and %d", *args)
    assert MaskingFilter().filter(made)
    assert "110101" not in made.getMessage()
    assert "cannot be shown" in made.getMessage()
