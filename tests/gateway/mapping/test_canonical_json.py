import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Fault, GatewayError
from gateway.mapping import canonical_json
from gateway.model.messages import EXCHANGES
from gateway.model.platform import Enrolment
from gateway.model.shape import shapes
from tests.strategies.records import records

RECORDS = tuple(
    dict.fromkeys((Enrolment, *(kind for item in EXCHANGES.values() for kind in (item.request, item.reply))))
)
ID_NUMBER = "11010119900307109X"
READ = canonical_json.reader(Enrolment)


def an_enrolment() -> dict[str, Any]:
    return {
        "worker": {
            "id_type": "resident_id",
            "id_number": ID_NUMBER,
            "name": "示例甲",
            "mobile": "13800138000",
        },
        "insurance": ["pension", "occupational_injury"],
        "choice": "workplace",
        "workplace_region": "330106",
        "registered_region": "430102",
        "contribution": {"grade": 60, "cycle": "monthly"},
        "start": "2026-01",
        "consent": {"reference": "C-1", "given_at": "2026-01-01T08:00:00+08:00"},
    }


def as_bytes(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def faults_of(document: object) -> dict[str, str]:
    with pytest.raises(GatewayError) as raised:
        READ(as_bytes(document))
    assert raised.value.kind.code == "faults"
    assert raised.value.params["count"] == str(len(raised.value.faults))
    return {fault.pointer: fault.code for fault in raised.value.faults}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_what_is_written_reads_back_as_the_same_record(record: type) -> None:
    read: Callable[[bytes], Any] = canonical_json.reader(record)
    write: Callable[[Any], bytes] = canonical_json.encoder(record)

    @given(records(record))
    def law(value: object) -> None:
        assert read(write(value)) == value

    law()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_missing_required_field_and_an_unknown_one_are_each_named_by_their_pointer(record: type) -> None:
    read: Callable[[object], Any] = canonical_json.value_reader(record)
    write: Callable[[Any], dict[str, Any]] = canonical_json.writer(record)
    required = [item.name for item in shapes(record) if item.required]

    @given(records(record), st.sampled_from(required or ["none"]))
    def law(value: object, name: str) -> None:
        document = write(value) | {"surplus~/": 1}
        expected = {("/surplus~0~1", "unknown_field")}
        if document.pop(name, None) is not None:
            expected.add((f"/{name}", "missing_field"))
        with pytest.raises(GatewayError) as raised:
            read(document)
        assert {(fault.pointer, fault.code) for fault in raised.value.faults} == expected

    law()


def test_an_enrolment_is_read_with_its_identity_in_canonical_form() -> None:
    document = an_enrolment()
    number = document["worker"]["id_number"]
    document["worker"]["id_number"] = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    assert READ(as_bytes(document)).worker.id_number == number


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("worker", "id_number"), "110101199003071098", "bad_check_digit"),
        (("worker", "id_number"), "11010119900307", "too_short"),
        (("worker", "id_number"), "1101011990030710", "bad_id_length"),
        (("worker", "id_number"), 110101199003071090, "wrong_type"),
        (("worker", "id_type"), "passport", "unknown_code"),
        (("worker", "name"), "甲" * 101, "too_long"),
        (("worker", "name"), "", "too_short"),
        (("worker", "name"), "甲\x07", "bad_character"),
        (("worker", "name"), "\ud800", "bad_character"),
        (("worker", "name"), None, "wrong_type"),
        (("worker", "mobile"), "23800138000", "bad_pattern"),
        (("worker",), ["resident_id"], "wrong_type"),
        (("insurance",), [], "too_few"),
        (("insurance",), "pension", "wrong_type"),
        (("contribution", "grade"), 0, "out_of_range"),
        (("contribution", "grade"), 60.0, "wrong_type"),
        (("contribution", "grade"), True, "wrong_type"),
        (("contribution", "grade"), "60", "wrong_type"),
        (("contribution", "wage"), "5000", "bad_pattern"),
        (("contribution", "wage"), 5000.00, "wrong_type"),
        (("start",), "2026-13", "bad_pattern"),
        (("start",), "0000-01", "bad_pattern"),
        (("workplace_region",), "33010", "bad_pattern"),
        (("consent", "given_at"), "2026-01-01T08:00:00", "bad_pattern"),
        (("consent", "given_at"), "2026-W01-4T08:00:00+08:00", "bad_pattern"),
        (("consent", "given_at"), "2026-02-30T08:00:00+08:00", "bad_pattern"),
    ],
)
def test_one_wrong_value_gives_one_fault_at_its_place(place: tuple[str, ...], value: object, code: str) -> None:
    document = an_enrolment()
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    body = json.dumps(document).encode()
    with pytest.raises(GatewayError) as raised:
        READ(body)
    assert [(fault.pointer, fault.code) for fault in raised.value.faults] == [("/" + "/".join(place), code)]


def test_every_fault_of_a_document_comes_in_one_answer() -> None:
    document = an_enrolment()
    document["worker"] = {"id_type": "resident_id", "id_number": "110101199003071098", "mobile": 1, "age": 30}
    document["insurance"] = ["pension", "dental", "pension"]
    document["contribution"] = {"grade": 5000}
    document["a/b~c"] = 1
    del document["start"]
    assert faults_of(document) == {
        "/worker/name": "missing_field",
        "/worker/mobile": "wrong_type",
        "/worker/age": "unknown_field",
        "/worker/id_number": "bad_check_digit",
        "/insurance/1": "unknown_code",
        "/contribution/grade": "out_of_range",
        "/contribution/cycle": "missing_field",
        "/start": "missing_field",
        "/a~1b~0c": "unknown_field",
    }


def test_an_item_that_stands_twice_is_named_at_its_second_place() -> None:
    assert faults_of(an_enrolment() | {"insurance": ["pension", "medical", "pension"]}) == {
        "/insurance/2": "repeated_item"
    }


def test_a_fault_never_repeats_a_value_that_may_be_personal() -> None:
    document = an_enrolment()
    document["worker"] |= {"id_number": "110101199003071098", "name": "示例" * 80, "mobile": "99900138000"}
    with pytest.raises(GatewayError) as raised:
        READ(as_bytes(document))
    told = str(raised.value) + "".join(fault.text("zh") + fault.text("en") for fault in raised.value.faults)
    assert not any(value in told for value in ("110101199003071098", "示例", "99900138000"))


def test_a_document_of_a_thousand_faults_lists_a_hundred_and_counts_them_all() -> None:
    with pytest.raises(GatewayError) as raised:
        READ(as_bytes(an_enrolment() | {f"x{number}": 1 for number in range(1000)}))
    assert len(raised.value.faults) == canonical_json.LISTED
    assert raised.value.params["count"] == "1000"


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (b"", "1", "1"),
        (b'{\n "a": }', "2", "7"),
        (b'{"a": 1} x', "1", "10"),
        (b'{"a":\n NaN}', "2", "2"),
        (b'{"a": "NaN", "b": -Infinity}', "1", "19"),
        (b'{"a": ' + b"9" * 5000 + b"}", "1", "7"),
        (b'{"a": "\xff"}', "1", "8"),
        (b"\xef\xbb\xbf{}", "1", "1"),
        (b"[" * 33 + b"]" * 33, "1", "33"),
        (b"[" * 100_000, "1", "33"),
    ],
)
def test_what_is_not_json_is_refused_with_line_and_column(body: bytes, line: str, column: str) -> None:
    with pytest.raises(GatewayError) as raised:
        canonical_json.decode(body)
    assert raised.value.kind.code == "invalid_json"
    assert (raised.value.params["line"], raised.value.params["column"]) == (line, column)


def test_brackets_inside_texts_are_no_depth() -> None:
    assert canonical_json.decode(b'["' + b"[{" * 500 + b'\\""]') == ["[{" * 500 + '"']


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 1}', b'{"b": {"a": 1, "\\u0061": 2}}'])
def test_a_member_that_stands_twice_is_refused_however_it_is_written(body: bytes) -> None:
    with pytest.raises(GatewayError) as raised:
        canonical_json.decode(body)
    assert (raised.value.kind.code, raised.value.params) == ("duplicate_key", {"name": "a"})


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb'[\[{"\\:,a0-9.eE+\-NtIfn \]}]*', fullmatch=True))
def test_any_bytes_give_a_record_or_an_error_of_the_catalogue(body: bytes) -> None:
    with pytest.raises(GatewayError):
        READ(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_any_value_anywhere_in_a_document_gives_faults_and_nothing_else(value: object) -> None:
    for name in an_enrolment():
        read = canonical_json.value_reader(Enrolment)
        with pytest.raises(GatewayError) as raised:
            read(an_enrolment() | {name: value} if value != an_enrolment()[name] else value)
        assert all(isinstance(fault, Fault) for fault in raised.value.faults)


@given(_JSON)
def test_a_document_does_not_differ_from_itself(value: object) -> None:
    assert canonical_json.differences(value, json.loads(json.dumps(value))) == []


def test_differences_are_pointers_without_values() -> None:
    first = {"a": 1, "b": {"c/d": [1, 2]}, "e": True, "f": "x"}
    second = {"a": 1, "b": {"c/d": [1, 3]}, "e": 1, "g": None}
    assert canonical_json.differences(first, second) == ["/b/c~1d/1", "/e", "/f", "/g"]
    assert canonical_json.differences([1], [1, 2]) == [""]
    assert canonical_json.differences({"a": 60}, {"a": 60.0}) == ["/a"]
