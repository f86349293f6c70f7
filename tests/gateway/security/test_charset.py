import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.security.charset import decode, misdeclared
from gateway.security.xml import parse

NAMES = ["张伟", "李䶮", "王㛃", "𬱖𠅤", "阿卜杜拉·买买提", "小", "欧阳娜娜", "\ue863", "José", "Ａ０"]
GB_LABELS = ["GBK", "gb2312", "GB18030", "x-gbk", "cp936"]


def document(name: str, label: str, encoding: str) -> bytes:
    return f'<?xml version="1.0" encoding="{label}"?>\n<a>{name}</a>'.encode(encoding)


@pytest.mark.parametrize("label", GB_LABELS)
@pytest.mark.parametrize("name", ["张伟", "李䶮", "王㛃", "𬱖𠅤", "阿卜杜拉·买买提", "小", "\ue863"])
def test_every_name_arrives_in_a_document_of_the_gb_family(name: str, label: str) -> None:
    assert parse(document(name, label, "gb18030")).text == name


@pytest.mark.parametrize("name", NAMES)
def test_every_name_arrives_in_utf_8(name: str) -> None:
    body = document(f"姓名{name}", "UTF-8", "utf-8")
    assert parse(body).text == f"姓名{name}"


@pytest.mark.parametrize("name", ["张伟", "李䶮", "欧阳娜娜", "\ue863张"])
def test_gbk_declared_as_utf_8_is_read_as_what_it_is(name: str) -> None:
    assert parse(document(name, "UTF-8", "gb18030")).text == name
    assert parse(f"<a>{name}</a>".encode("gb18030")).text == name


@pytest.mark.parametrize("name", ["欧阳娜", "李䶮明", "司马相如之"])
def test_utf_8_declared_as_gbk_is_read_as_what_it_is(name: str) -> None:
    assert parse(document(name, "GBK", "utf-8")).text == name


def test_utf_8_declared_as_gbk_that_also_reads_as_gbk_is_refused() -> None:
    body = document("张伟", "GBK", "utf-8")
    assert body.decode("gb18030")
    with pytest.raises(GatewayError, match="UTF-8 and as GB18030"):
        parse(body)


def test_gbk_declared_as_utf_8_that_also_reads_as_utf_8_is_refused() -> None:
    body = document("小", "UTF-8", "gb18030")
    assert body.decode("utf-8")
    with pytest.raises(GatewayError, match="UTF-8 and as GB18030"):
        parse(body)


def test_the_header_settles_what_the_declaration_has_wrong() -> None:
    assert parse(document("张伟", "GBK", "utf-8"), charset="utf-8").text == "张伟"
    assert parse(document("小", "UTF-8", "gb18030"), charset="GBK").text == "小"


def test_the_declaration_settles_what_the_header_has_wrong() -> None:
    assert parse(document("小", "GBK", "gb18030"), charset="utf-8").text == "小"
    assert parse(document("张伟", "UTF-8", "utf-8"), charset="GBK").text == "张伟"


@pytest.mark.parametrize("charset", ["ISO-8859-1", '"utf-8"', " UTF-8 ", "", None])
def test_a_header_that_says_nothing_changes_nothing(charset: str | None) -> None:
    assert parse(document("张伟", "UTF-8", "utf-8"), charset=charset).text == "张伟"


def test_a_header_with_an_unknown_charset_is_refused() -> None:
    with pytest.raises(GatewayError, match="not offered"):
        parse(b"<a/>", charset="big5")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("label", ["UTF-8", "UTF-16", "GBK", "nonsense"])
def test_a_byte_order_mark_decides_whatever_is_declared(encoding: str, label: str) -> None:
    mark = "\ufeff" if encoding == "gb18030" else ""
    body = f'{mark}<?xml version="1.0" encoding="{label}"?><a>䶮</a>'.encode(encoding)
    assert parse(body, charset="GBK").text == "䶮"


def test_a_utf_16_label_left_over_from_a_string_is_ignored() -> None:
    assert parse(document("张伟", "utf-16", "utf-8")).text == "张伟"


def test_damaged_utf_8_is_refused_and_not_taken_for_gbk() -> None:
    body = document("浙江省杭州市西湖区文三路旁", "UTF-8", "utf-8")
    accidents = 0
    for position in range(body.index(b"<a>") + 3, body.index(b"</a>")):
        damaged = body[:position] + body[position + 1 :]
        accidents += _reads_as_gb(damaged)
        with pytest.raises(GatewayError):
            parse(damaged)
    assert accidents


def _reads_as_gb(body: bytes) -> bool:
    try:
        return bool(body.decode("gb18030"))
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("body", [b"<a>\xff</a>", b"<a>\x81</a>", "<a>张伟强</a>".encode()[:-5] + b"</a>"])
def test_bytes_of_no_encoding_are_refused(body: bytes) -> None:
    with pytest.raises(GatewayError):
        parse(body)


HAN = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("䶮㛃𬱖𠅤·"), min_size=1, max_size=30
)


@given(HAN)
def test_chinese_text_declared_right_is_read_right(text: str) -> None:
    assert decode(f"<a>{text}字</a>".encode(), "utf-8") == f"<a>{text}字</a>"


@given(HAN, st.sampled_from(["UTF-8", "GBK"]), st.sampled_from(["utf-8", "gb18030"]))
def test_chinese_text_declared_wrong_is_read_right_or_refused(text: str, label: str, encoding: str) -> None:
    content = f"<姓名>{text}</姓名><单位>杭州市西湖区</单位>"
    try:
        read = decode(f'<?xml version="1.0" encoding="{label}"?>{content}'.encode(encoding))
    except GatewayError as error:
        assert error.kind.code == "xml_refused"  # noqa: PT017 - refused is the only other answer
    else:
        assert read == content


@pytest.mark.parametrize(
    ("body", "header", "found"),
    [
        ("<a>社保</a>".encode("gbk"), "utf-8", ("utf-8", "gb18030")),
        ("<a>社会保险</a>".encode(), "GBK", None),
        ('<?xml version="1.0" encoding="GBK"?><a>社保</a>'.encode("gbk"), None, None),
        ("<a>社保</a>".encode(), None, None),
        (b"<a>plain</a>", "GBK", None),
        (b"\xff\x80\x00", "utf-8", None),
    ],
)
def test_bytes_that_fit_no_encoding_that_is_named_are_misdeclared(
    body: bytes, header: str | None, found: tuple[str, str] | None
) -> None:
    assert misdeclared(body, header) == found
