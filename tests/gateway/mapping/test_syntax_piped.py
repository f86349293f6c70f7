import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax_piped import PipedJson
from gateway.ports import Document

JSON = "application/json;charset=UTF-8"
PIPED = PipedJson({"keys": {"0811014": ["aac002", "aac003"]}, "results": ["aaz500", "aaz501", "aaz502"]})
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="|"), max_size=20)


def carried(form: Form) -> Form:
    return PIPED.parse(Document(PIPED.text(form, reply=False).encode(), JSON))


@given(TEXTS, TEXTS)
def test_a_key_comes_back_as_it_was(number: str, name: str) -> None:
    form = {"serviceCode": "0811014", "keyInfo": {"aac002": number, "aac003": name}}
    assert carried(form) == form


@given(TEXTS, TEXTS)
def test_a_result_is_one_row_or_none_and_the_last_columns_may_be_empty(number: str, code: str) -> None:
    for rows in ([], [{"aaz500": number, "aaz501": code, "aaz502": ""}]):
        form = {"statusCode": "200", "data": {"ReturnResult": rows, "other": "1"}}
        assert carried(form) == form


@pytest.mark.parametrize("odd", list("|\r\n"))
def test_a_value_that_would_be_two_is_refused_naming_the_character(odd: str) -> None:
    with pytest.raises(GatewayError) as raised:
        carried({"serviceCode": "0811014", "keyInfo": {"aac003": f"周{odd}航"}})
    assert raised.value.params["character"] == f"U+{ord(odd):04X}"


@pytest.mark.parametrize(
    "members",
    [
        {"serviceCode": "0811014", "keyInfo": "a"},
        {"serviceCode": "0811014", "keyInfo": ["a", "b"]},
        {"serviceCode": "0811099", "keyInfo": "a|b"},
        {"serviceCode": ["0811014"], "keyInfo": "a|b"},
        {"keyInfo": "a|b"},
        {"data": {"ReturnResult": "a|b"}},
        {"data": {"ReturnResult": "a|b|c|d"}},
        {"data": {"ReturnResult": None}},
    ],
)
def test_what_has_other_columns_or_is_no_text_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(GatewayError):
        PIPED.parse(Document(json.dumps(members).encode(), JSON))


@pytest.mark.parametrize("secret", ["plain", 'c"d\\', "密钥"])
def test_the_secret_is_blanked_and_nothing_else(secret: str) -> None:
    def body(told: str) -> bytes:
        return PIPED.text({"channel": "u", "secret": told, "busiSeq": "1"}, reply=False).encode()

    assert PIPED.blank(Document(body(secret), JSON)) == body("")
