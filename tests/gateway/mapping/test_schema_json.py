from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway.errors import GatewayError
from gateway.mapping import canonical_json
from gateway.mapping.schema import FORMS
from gateway.mapping.schema_json import json_schema
from gateway.model.messages import EXCHANGES
from gateway.model.platform import Enrolment
from gateway.model.shape import SCALARS, shapes
from tests.strategies.records import records

RECORDS = tuple(
    dict.fromkeys((Enrolment, *(kind for item in EXCHANGES.values() for kind in (item.request, item.reply))))
)
SCHEMAS = json_schema(RECORDS)


def validator(record: type) -> Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{record.__name__}", "components": {"schemas": SCHEMAS}}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_that_is_written_fits_the_published_schema(record: type) -> None:
    check = validator(record)
    write: Callable[[Any], dict[str, Any]] = canonical_json.writer(record)

    @given(records(record))
    def law(value: object) -> None:
        check.validate(write(value))

    law()


_VALUES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text() | st.just([]) | st.just({}) | st.just(["pension"] * 2)
)


@given(records(Enrolment), st.data())
def test_what_the_schema_refuses_the_reader_refuses_too(value: Enrolment, data: st.DataObject) -> None:
    document = canonical_json.writer(Enrolment)(value)
    inner: dict[str, Any] = data.draw(st.sampled_from([document, document["worker"], document["contribution"]]))
    inner[data.draw(st.sampled_from([*inner, "surplus"]))] = data.draw(_VALUES)
    if not validator(Enrolment).is_valid(document):
        with pytest.raises(GatewayError):
            canonical_json.value_reader(Enrolment)(document)


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
def test_the_published_pattern_of_a_kind_of_value_agrees_with_the_model(kind: type) -> None:
    @given(st.from_regex(f"(?a:{FORMS[kind].pattern})", fullmatch=True))
    def law(text: str) -> None:
        try:
            value = SCALARS[kind](text)
        except ValueError:  # a day that the calendar does not have; the reader says so too
            with pytest.raises(ValueError, match="-"):
                FORMS[kind].read(text)
        else:
            assert FORMS[kind].read(text) == value

    law()
    assert FORMS[kind].read(FORMS[kind].example)


def test_every_field_has_words_or_refers_to_a_list_that_has() -> None:
    for record in RECORDS:
        properties = SCHEMAS[record.__name__]["properties"]
        for item in shapes(record):
            if item.doc:
                assert properties[item.name]["description"] == f"{item.doc.en} {item.doc.zh}"


def test_examples_stand_only_where_nobody_can_be_meant() -> None:
    for record in RECORDS:
        for item in shapes(record):
            if item.personal:
                assert "examples" not in SCHEMAS[record.__name__]["properties"][item.name]
