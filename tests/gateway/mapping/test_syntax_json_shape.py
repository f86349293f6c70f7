import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.converters_json import JSON_CONVERTERS
from gateway.mapping.syntax_json import PATH, JsonEnvelope
from gateway.model.values import Month, Region
from gateway.ports import Document
from tests.mappings.samples import made

JSON = "application/json;charset=UTF-8"
BY_PATH = JsonEnvelope({"api": "call.path", "headers": ["appId", "appSecret"], "numbered": ["data.data", "ROWNO"]})
TWICE = JsonEnvelope(
    {
        "credentials": ["password"],
        "again": ["params", "datas"],
        "always": {"target": "", "sessionid": None, "filtering": []},
    }
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
FIELDS = st.dictionaries(st.from_regex("[a-z]{3}[0-9]{3}", fullmatch=True), TEXTS | st.integers(0, 10**9), max_size=5)


@given(FIELDS)
def test_the_path_of_a_call_and_its_headers_stand_outside_the_body(fields: dict[str, Any]) -> None:
    form = {**fields, "call": {"path": "/api/v2/social/getrenyuan"}, "http": {"appId": "gateway", "appSecret": "s"}}
    body = BY_PATH.text(form, reply=False).encode()
    assert json.loads(body) == fields
    sent = BY_PATH.document(body, form, reply=False)
    assert sent.headers == {"appId": "gateway", "appSecret": "s", PATH: "/api/v2/social/getrenyuan"}
    assert BY_PATH.parse(sent) == form


@pytest.mark.parametrize("name", ["query", "http", "call"])
def test_a_member_with_the_name_of_what_stands_outside_is_refused(name: str) -> None:
    with pytest.raises(GatewayError):
        BY_PATH.parse(Document(json.dumps({name: {"path": "/x"}}).encode(), JSON))


@given(st.lists(FIELDS, max_size=4))
def test_rows_are_numbered_from_one_and_the_numbers_say_nothing(rows: list[dict[str, Any]]) -> None:
    form = {"data": {"data": [dict(row) for row in rows]}}
    body = BY_PATH.text(form, reply=True).encode()
    assert [row["ROWNO"] for row in json.loads(body)["data"]["data"]] == list(range(1, len(rows) + 1))
    assert BY_PATH.parse(Document(body, JSON)) == {"data": {"data": rows}}


@pytest.mark.parametrize("numbers", [[2, 1], [1, 1], [1, None], ["1", "2"], [1, 3]])
def test_rows_whose_numbers_do_not_follow_each_other_are_refused(numbers: list[Any]) -> None:
    rows = [{"ROWNO": number} if number is not None else {} for number in numbers]
    with pytest.raises(GatewayError, match="ROWNO"):
        BY_PATH.parse(Document(json.dumps({"data": {"data": rows}}).encode(), JSON))


def test_a_later_page_begins_with_a_later_number() -> None:
    rows = [{"ROWNO": 3, "A": "a"}, {"ROWNO": 4, "A": "b"}]
    found = BY_PATH.parse(Document(json.dumps({"data": {"data": rows}}).encode(), JSON))
    assert found == {"data": {"data": [{"A": "a"}, {"A": "b"}]}}


@given(FIELDS)
def test_the_fields_of_a_request_stand_in_it_twice_and_are_read_once(fields: dict[str, Any]) -> None:
    form = {"serviceid": "S", "params": fields}
    body = TWICE.text(form, reply=False).encode()
    sent = {"serviceid": "S", "params": fields, "datas": [fields], "target": "", "sessionid": None, "filtering": []}
    assert json.loads(body) == sent
    assert TWICE.parse(Document(body, JSON)) == form


@pytest.mark.parametrize("datas", [None, [], {}, [{"a": "2"}], [{"a": "1"}, {"a": "1"}], {"a": "1"}])
def test_a_request_that_says_two_things_is_refused(datas: Any) -> None:
    body = json.dumps({"params": {"a": "1"}, "datas": datas}).encode()
    with pytest.raises(GatewayError, match="datas"):
        TWICE.parse(Document(body, JSON))


def test_a_member_that_is_not_as_always_is_not_passed_over() -> None:
    sent = {"params": {}, "datas": [{}], "sessionid": "S-1", "target": 0, "filtering": []}
    assert TWICE.parse(Document(json.dumps(sent).encode(), JSON)) == {"params": {}, "sessionid": "S-1", "target": 0}


def test_an_answer_is_written_without_what_belongs_to_requests() -> None:
    assert json.loads(TWICE.text({"vcode": "0", "datas": []}, reply=True)) == {"vcode": "0", "datas": []}


@given(st.text(max_size=20))
def test_the_password_is_blanked_whatever_it_holds(password: str) -> None:
    sent = {"loginname": "gateway", "password": password, "params": {"a": 'pass"word'}}
    blanked = TWICE.blank(Document(json.dumps(sent).encode(), JSON))
    assert json.loads(blanked) == {**sent, "password": ""}


# By dialect and error, the code that its document says; `internal` is no decision.
_REFUSED = {
    ("jiangsu-json/1.0", "authentication_needed"): "401",
    ("jiangsu-json/1.0", "unsupported"): "404",
    ("jiangsu-json/1.0", "internal"): "500",
    ("cjb/1.0", "authentication_needed"): "2",
    ("cjb/1.0", "unsupported"): "3",
    ("cjb/1.0", "internal"): "9",
}


@pytest.mark.parametrize(("dialect", "error"), _REFUSED)
def test_a_refusal_of_something_not_understood_is_a_document(dialect: str, error: str) -> None:
    refused = made()[dialect].refuse(GatewayError(error, party="gateway", message="FindCover", alternative=""))
    found = json.loads(refused.body)
    assert (found.get("retCode") or found["vcode"]) == _REFUSED[dialect, error]


MONTHS = st.integers(1000 * 12, 9999 * 12 + 11).map(Month)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "whole_number": st.integers(0, 10**9),
    "month_number": MONTHS,
    "date_number": st.dates(date(1000, 1, 1)),
    "first_day_number": MONTHS,
    "within_month_number": MONTHS,
    "region_number": st.just(Region("630102")),
    "region9": st.integers(100000, 999999).map(lambda code: Region(str(code))),
}


@pytest.mark.parametrize("name", sorted(VALUES))
@given(st.data())
def test_a_number_is_read_as_it_was_written_and_its_digits_as_text_too(name: str, data: st.DataObject) -> None:
    converter, value = JSON_CONVERTERS[name](None), data.draw(VALUES[name])
    written = converter.write(value)
    assert converter.read(written) == value
    assert converter.read(str(written)) == value
    assert type(written) is (str if name == "region9" else int)


NO_NUMBERS: list[Any] = [True, None, -1, 1.5, "", " ", "0x0", "2026-01", [], 10**16]
NO_DAYS: list[Any] = [0, 7, 202613, 20260230, 99999999, 202601011]


OF_DAYS = sorted(JSON_CONVERTERS.keys() - {"whole_number", "region9", "region_number"})


@pytest.mark.parametrize(
    ("name", "odd"),
    [(name, odd) for name in sorted(JSON_CONVERTERS) for odd in NO_NUMBERS]
    + [(name, odd) for name in OF_DAYS for odd in NO_DAYS],
)
def test_what_is_not_such_a_number_is_refused(name: str, odd: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ by converter
        JSON_CONVERTERS[name](None).read(odd)


def test_a_month_begins_with_its_first_day_where_the_day_counts_and_holds_any_day_where_it_does_not() -> None:
    assert JSON_CONVERTERS["within_month_number"](None).read(20051116) == Month.parse("2005-11")
    with pytest.raises(ValueError, match="first day"):
        JSON_CONVERTERS["first_day_number"](None).read(20051116)
