import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_prm import PrmCalls
from gateway.ports import Document

GBK = "text/xml;charset=GBK"
CALLS = PrmCalls({"files": {"21": {"columns": ["aac001", "aac003"]}}})
TEXTS = st.text(
    st.characters(codec="gbk", exclude_categories=("Cc", "Cs")) | st.sampled_from("<>&\"' \n\t"), max_size=20
)
CELLS = TEXTS.filter(lambda text: not set(text) & set("\t\r\n"))
NAMES = st.from_regex("prm_[a-z]{3}[0-9]{3}", fullmatch=True)
HEAD = {"jybh": "21", "jylsh": "", "jyyzm": "", "appcode": "0", "appmsg": ""}


def carried(form: Form, *, reply: bool) -> Form:
    return CALLS.parse(Document(CALLS.text(form, reply=reply).encode("gb18030"), GBK))


def returned(content: str) -> Document:
    return Document(f'<?xml version="1.0" encoding="GBK"?><return>{content}</return>'.encode("gb18030"), GBK)


def head(**other: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in (HEAD | other).items())


@given(st.dictionaries(NAMES, TEXTS | st.lists(TEXTS, min_size=2, max_size=3), max_size=5))
def test_a_call_comes_back_as_it_was_with_white_space_and_markup(values: dict[str, str | list[str]]) -> None:
    form = {"call": {"operation": "call", "user": "u", "pass": "p", "jybh": "G20"}, "input": values}
    assert carried(form, reply=False) == form


@given(st.lists(st.fixed_dictionaries({"aac001": CELLS, "aac003": CELLS}), max_size=4))
def test_a_bulk_answer_has_one_shape_for_none_one_and_many_rows(rows: list[dict[str, str]]) -> None:
    form = {"return": HEAD, "output": {"prm_hs": str(len(rows))}, "file": {"row": rows}}
    assert carried(form, reply=True) == form


@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=3), max_size=3))
def test_a_list_in_the_output_has_one_shape_too(rows: list[dict[str, str]]) -> None:
    form = {"return": HEAD, "output": {"rows": rows}}
    assert carried(form, reply=True) == form


@pytest.mark.parametrize("operation", ["confirm", "cancel", "getuncertaintytrade"])
def test_what_finishes_a_trade_is_told_from_a_call(operation: str) -> None:
    parameters = {"confirm": ("jylsh", "jyyzm"), "cancel": ("jylsh",), "getuncertaintytrade": ("jybh",)}[operation]
    form = {"call": {"operation": operation, "user": "u", "pass": "p", **dict.fromkeys(parameters, "1")}}
    assert carried(form, reply=False) == form


@pytest.mark.parametrize("declared", ["GBK", "GB2312", "UTF-8"])
def test_what_the_string_declares_means_nothing_inside_another_document(declared: str) -> None:
    inner = f'<?xml version="1.0" encoding="{declared}"?><output><prm_aac003>欧阳䶮</prm_aac003></output>'
    found = CALLS.parse(returned(head() + f"<outputxml><![CDATA[{inner}]]></outputxml>"))
    assert found["output"] == {"prm_aac003": "欧阳䶮"}


@pytest.mark.parametrize(
    "content",
    [
        head(appcode=""),
        head(appcode="ok"),
        head(appcode="0.5"),
        head(appcode="9" * 5000),
        head().replace("<appmsg></appmsg>", ""),
        head() + "<appmsg>twice</appmsg>",
        head() + "<outputxml>cut off &lt;output&gt;</outputxml>",
        head() + f"<outputxml>{escaped('<input/>')}</outputxml>",
        head() + f"<outputxml>{escaped('<output><a><b/></a></output>')}</outputxml>",
        head() + f"<outputxml>{escaped('<!DOCTYPE a><output/>')}</outputxml>",
        head(jybh="03") + "<file>a&#9;b</file>",
        head() + "<file>a&#9;b&#9;c</file>",
    ],
)
def test_what_does_not_say_whether_it_succeeded_or_is_cut_off_is_refused(content: str) -> None:
    with pytest.raises(GatewayError):
        CALLS.parse(returned(content))


@pytest.mark.parametrize("root", ["callback", "confirm", "call"])
def test_a_call_with_other_parameters_is_refused(root: str) -> None:
    with pytest.raises(GatewayError):
        CALLS.parse(Document(f"<{root}><user>u</user><pass>p</pass></{root}>".encode(), GBK))


def test_a_string_longer_than_the_call_takes_is_refused() -> None:
    form = {
        "call": {"operation": "call", "user": "u", "pass": "p", "jybh": "G20"},
        "input": {"prm_thyy": "a" * 65_535},
    }
    with pytest.raises(GatewayError) as raised:
        CALLS.text(form, reply=False)
    assert raised.value.kind.code == "too_long_for_party"


def test_the_password_is_blanked_and_nothing_else() -> None:
    form = {"call": {"operation": "cancel", "user": "u", "pass": "c<d", "jylsh": "1"}}
    body = CALLS.text(form, reply=False).encode("gb18030")
    assert CALLS.blank(Document(body, GBK)) == body.replace(b"c&lt;d", b"")
