"""Hunan as a server: sessions, the three error places, paging, names as GBK columns keep them."""

import pytest

from tests.sandbox.documents import WORKER, hunan_enrolment, levy
from tests.sandbox.started import Sandbox, errors, hunan_body, rows

WHO = [("aac058", "01"), ("aac002", WORKER), ("aac003", "周远航")]
MONTHS = [("aae041", "202601"), ("aae042", "202612")]
WITHDRAWAL = [("aae013", "h-1"), *WHO, ("aac147", WORKER), ("aae140", "1"), ("aae041", "202601"), ("thyy", "撤销")]


def test_nothing_is_served_before_the_login_and_everything_answers_200(sandbox: Sandbox) -> None:
    answer = sandbox.hunan("F20.01", hunan_enrolment())
    assert answer.status == 200
    assert errors(answer) == ["未登录或会话已超时"]
    assert sandbox.state()["effects"] == []


def test_a_login_gives_a_cookie_and_a_wrong_password_the_first_error_place(sandbox: Sandbox) -> None:
    assert "JSESSIONID=" in sandbox.log_in().headers["set-cookie"]
    assert errors(sandbox.hunan("F00.01.03", [("functionid", "F27.06")], secret="no")) == ["用户名或密码错误"]


def test_answers_declare_gbk_as_html(hunan: Sandbox) -> None:
    answer = hunan.hunan("F20.01", hunan_enrolment())
    assert answer.headers["content-type"] == "text/html;charset=GBK"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="GBK"?>')


def test_a_registration_is_found_with_its_operator_and_memo(hunan: Sandbox) -> None:
    (decided,) = rows(hunan.hunan("F20.01", hunan_enrolment()))
    assert (decided["sljg"], decided["aae013"], decided["aaz288"]) == ("1", "h-1", "")
    (found,) = hunan.hunan_query("F27.06", *WHO, ("aae140", "1"), *MONTHS)
    assert (found["aae013"], found["aae011"], found["aac012"]) == ("h-1", "gateway", "20")
    assert found["sac100"] == decided["sac100"] != found["aac001"]
    assert (found["aac031"], found["aac008"]) == ("2", "1")


def test_a_repetition_is_not_recognised_only_refused(hunan: Sandbox) -> None:
    hunan.hunan("F20.01", hunan_enrolment())
    again = hunan.hunan("F20.01", hunan_enrolment())
    assert errors(again) == ["该人员已参加企业职工基本养老保险"]
    assert hunan.count("hunan", "registered", "h-1") == 1


def test_the_tax_bureau_tells_the_province_and_telling_it_again_books_twice(hunan: Sandbox) -> None:
    hunan.hunan("F20.01", hunan_enrolment("l-1"))
    hunan.save("hunan", levy("l-1"))
    hunan.read_results("hunan")
    hunan.control("pay", party="tax-hunan", reference="l-1")
    (found,) = hunan.hunan_query("F27.06", *WHO, *MONTHS)
    assert (found["aac031"], found["aac008"]) == ("1", "1")
    payment = [("aae013", "l-1"), *WHO, ("aae140", "1"), ("aae041", "202601"), ("aae042", "202601")]
    assert rows(hunan.hunan("F20.05", payment))[0]["sljg"] == "1"
    assert hunan.count("hunan", "booked_by_tax", "l-1") == 1
    assert hunan.count("hunan", "cover_started", "l-1") == 1


def test_progress_is_found_by_reference_and_nothing_taken_in_is_no_row(hunan: Sandbox) -> None:
    hunan.hunan("F20.01", hunan_enrolment())
    (found,) = hunan.hunan_query("F20.04", ("aae013", "h-1"), ("aae140", "1"))
    assert (found["sljg"], found["aae011"]) == ("1", "gateway")
    assert hunan.hunan_query("F20.04", ("aae013", "h-9")) == []


def test_a_withdrawal_ends_the_row_and_a_clerk_s_row_is_never_touched(hunan: Sandbox) -> None:
    hunan.hunan("F20.01", hunan_enrolment())
    assert rows(hunan.hunan("F20.03", WITHDRAWAL))[0]["sljg"] == "1"
    assert rows(hunan.hunan("F20.03", WITHDRAWAL))[0]["sljg"] == "1"
    hunan.control("clerk", party="hunan", id_number=WORKER, insurance="pension", start="2026-01")
    hunan.hunan("F20.03", WITHDRAWAL)
    (found,) = hunan.hunan_query("F27.06", *WHO, *MONTHS)
    assert (found["aae011"], found["aae013"]) == ("chuangkou-07", "")
    assert hunan.count("hunan", "withdrawn", "h-1") == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("王䶮".encode("gb18030"), "王\ue863"),
        ("王&#19886;".encode("gb18030"), "王?"),
        ("王𬱖".encode("gb18030"), "王?"),
        ("王".encode("gb18030") + b"\xaa\xa1", "王\ue000"),
        ("欧阳·雪".encode("gb18030"), "欧阳·雪"),
    ],
)
def test_a_name_comes_back_as_the_column_keeps_it(hunan: Sandbox, sent: bytes, kept: str) -> None:
    marked = hunan_body("F20.01", hunan_enrolment(name="NAME"))
    assert rows(hunan.hunan_bytes(marked.replace(b"NAME", sent)))[0]["sljg"] == "1"
    assert hunan.hunan_query("F27.01", *WHO)[0]["aac003"] == kept


def test_a_name_of_more_bytes_than_the_column_is_a_raw_exception_and_nothing_is_kept(hunan: Sandbox) -> None:
    assert errors(hunan.hunan("F20.01", hunan_enrolment(name="长" * 26)))[0].startswith("ORA-12899")
    assert hunan.hunan_query("F27.01", *WHO) == []
    assert rows(hunan.hunan("F20.01", hunan_enrolment(name="长" * 25)))[0]["sljg"] == "1"


def test_pages_count_all_rows(hunan: Sandbox) -> None:
    covers = [{"insurance": name, "first": "2020-01"} for name in ("pension", "medical", "unemployment")]
    hunan.control("seed", party="hunan", id_number=WORKER, covers=covers)
    page = [("startrow", "3"), ("row_count", "-1"), ("pagesize", "2"), ("functionid", "F27.06"), *WHO]
    answer = hunan.hunan("F00.01.03", page)
    assert [row["aae140"] for row in rows(answer)] == ["210"]
    assert b'row_count="3"' in answer.body


def test_states_are_pairs_and_the_two_schemes_do_not_share_them(hunan: Sandbox) -> None:
    covers = [
        {"insurance": "pension", "scheme": "employee_pension", "first": "1990-01", "state": "drawing"},
        {"insurance": "resident_pension", "first": "2012-01", "state": "ended"},
        {"insurance": "medical", "first": "2023-01", "state": "odd"},
    ]
    hunan.control("seed", party="hunan", id_number=WORKER, covers=covers)
    found = [(row["aae140"], row["aac031"], row["aac008"]) for row in hunan.hunan_query("F27.06", *WHO)]
    assert found == [("1", "3", "2"), ("170", "3", "4"), ("310", "1", "7")]


def test_a_person_without_participation_is_known_by_a_row_without_state(hunan: Sandbox) -> None:
    hunan.control("seed", party="hunan", id_number=WORKER)
    (found,) = hunan.hunan_query("F27.06", *WHO)
    assert (found["aae140"], found["aac031"]) == ("", "")


def test_sql_as_a_parameter_is_not_taken(hunan: Sandbox) -> None:
    assert errors(hunan.hunan("F00.01.03", [("functionid", "F27.06"), ("clientsql", "1=1")])) != []


@pytest.mark.parametrize("function", ["F99.01", "F00.01.03"])
def test_an_unknown_function_is_told_in_the_header(hunan: Sandbox, function: str) -> None:
    assert errors(hunan.hunan(function, [])) == ["功能号不存在"]
