import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_starred import StarredTags
from gateway.ports import Document

XML = "text/xml;charset=UTF-8"
TAGS = StarredTags(
    {
        "namespace": "http://ws.apache.org/axis2",
        "operation": "allDsjk",
        "columns": ["社保卡号", "姓名"],
        "also": {"社会保障卡卡号": "社保卡号"},
        "secret": ["密码"],
    }
)
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff" + TAGS.reserved), max_size=20
)
NAMES = st.sampled_from(["操作", "用户名", "姓名", "社会保障号码"])


def carried(form: Form, *, reply: bool) -> Form:
    return TAGS.parse(Document(TAGS.text(form, reply=reply).encode(), XML))


def answered(text: str) -> Document:
    start = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    held = f'<n:allDsjkResponse xmlns:n="http://ws.apache.org/axis2"><r>{escaped(text)}</r></n:allDsjkResponse>'
    return Document(f"{start}{held}</soap:Body></soap:Envelope>".encode(), XML)


@given(st.dictionaries(NAMES, TEXTS, min_size=1))
def test_a_request_comes_back_as_it_was(values: dict[str, str]) -> None:
    assert carried({"params": values}, reply=False) == {"params": values}


@given(st.lists(st.fixed_dictionaries({"社保卡号": TEXTS, "姓名": TEXTS}), max_size=4))
def test_cards_have_one_shape_for_none_one_and_many(rows: list[dict[str, str]]) -> None:
    form = {"answer": {"处理结果": "00"}, "cards": {"row": rows}}
    assert carried(form, reply=True) == form


def test_tags_are_read_with_and_without_an_asterisk_and_by_their_other_names() -> None:
    text = "\r\n<处理结果>00</处理结果><备注*>无</备注*>\n姓名,社会保障卡卡号\n周远航,C10043017\n"
    assert TAGS.parse(answered(text)) == {
        "answer": {"处理结果": "00", "备注": "无"},
        "cards": {"row": [{"姓名": "周远航", "社保卡号": "C10043017"}]},
    }


@pytest.mark.parametrize("odd", list('<>",\r\n\t'))
def test_what_the_string_needs_for_itself_is_refused_in_a_value_naming_the_character(odd: str) -> None:
    with pytest.raises(GatewayError) as raised:
        TAGS.text({"params": {"姓名": f"周{odd}航"}}, reply=False)
    assert raised.value.params["character"] == f"U+{ord(odd):04X}"


@pytest.mark.parametrize(
    "text",
    [
        "<处理结果*>00",
        "<处理结果*>00</处理结果>",
        "<处理结果*>00</其他*>",
        "<a*>1</a*><a>2</a>",
        "<a*>1</a*>text<b*>2</b*>",
        "<a*><b*>1</b*></a*>",
        "<a*>1</a*>\r\n社保卡号,姓名\r\nC10043017",
        "<a*>1</a*>\r\n社保卡号,社会保障卡卡号\r\n1,2",
        "<" * 5000,
        "<a*>" * 5000,
    ],
)
def test_what_is_not_tags_one_after_another_with_whole_lines_behind_is_refused(text: str) -> None:
    with pytest.raises(GatewayError):
        TAGS.parse(answered(text))


def test_a_bare_sentence_and_a_fault_are_told_from_an_answer() -> None:
    assert TAGS.parse(answered("系统异常")) == {"bare": {"text": "系统异常"}}
    assert TAGS.parse(answered("")) == {"bare": {"text": "empty"}}
    assert carried({"fault": {"text": "no service"}}, reply=True) == {"fault": {"text": "no service"}}


def test_text_behind_the_tags_of_a_request_is_refused() -> None:
    document = Document(
        TAGS.text({"params": {"操作": "x"}}, reply=False).replace("&lt;/操作*&gt;", "&lt;/操作*&gt;y").encode(), XML
    )
    with pytest.raises(GatewayError):
        TAGS.parse(document)


@pytest.mark.parametrize("secret", ["plain", "c&d;"])
def test_the_password_is_blanked_and_nothing_else(secret: str) -> None:
    def body(password: str) -> bytes:
        return TAGS.text({"params": {"用户名": "u", "密码": password, "姓名": "周"}}, reply=False).encode()

    assert TAGS.blank(Document(body(secret), XML)) == body("")
