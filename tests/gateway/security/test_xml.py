import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import GatewayError
from gateway.security.xml import Limits, parse, parse_fragment, parse_text

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SMALL = Limits(size=5_000, depth=5, elements=20, attributes=4, text=50)


def refusal(body: bytes, limits: Limits = Limits(), charset: str | None = None) -> str:  # noqa: B008 - a frozen value
    with pytest.raises(GatewayError) as caught:
        parse(body, charset=charset, limits=limits)
    assert caught.value.kind.code == "xml_refused"
    return str(caught.value)


ATTACKS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>',
    "laughs in an attribute": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a b="&l9;"/>',
    "quadratic blowup": f'<!DOCTYPE a [<!ENTITY q "{"q" * 9000}">]><a>{"&q;" * 900}</a>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
    "external subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "bare doctype": "<!DOCTYPE a><a/>",
    "doctype behind a comment": "<!-- hello --> \n<!-- again --><!DOCTYPE a><a/>",
    "doctype behind the declaration": "<?xml version='1.0'?>\n<!DOCTYPE a []><a/>",
    "doctype with a default attribute": '<!DOCTYPE a [<!ATTLIST a role CDATA "admin">]><a/>',
    "undeclared entity": "<a>&x;</a>",
    "style sheet": '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a/>',
    "second declaration": '<?xml version="1.0"?><?xml version="1.0" encoding="UTF-7"?><a/>',
    "instruction inside": "<a><?php system('id') ?></a>",
    "instruction behind": "<a/><?x y?>",
    "escape character": "<a>\x1b[31m</a>",
    "null": "<a>\x00</a>",
    "referenced null": "<a>&#0;</a>",
    "C1 control": "<a>\x85</a>",
    "referenced C1 control": "<a b='&#x0085;'/>",
    "referenced delete": "<a>&#127;</a>",
    "not a character": "<a>\ufffe</a>",
    "referenced half of a pair": "<a>&#xD800;</a>",
    "attribute twice": "<a b='1' b='2'/>",
    "attribute twice through prefixes": "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
    "unknown prefix": "<p:a/>",
    "two roots": "<a/><b/>",
    "no end": "<a><b></a>",
    "text in front": "hello <a/>",
    "JSON": '{"a": 1}',
    "a web page": "<!DOCTYPE html><html><body>Bad gateway<br></body></html>",
    "nothing": "",
    "white space": " \n",
    "only a declaration": '<?xml version="1.0"?>',
    "two byte order marks": "\ufeff\ufeff<a/>",
}


@pytest.mark.parametrize("body", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused(body: str) -> None:
    assert refusal(body.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_another_encoding_does_not_carry_a_doctype_past_the_parser(encoding: str) -> None:
    document = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    assert refusal(document.format(encoding.upper()).encode(encoding))


@pytest.mark.parametrize("label", ["UTF-7", "IBM037", "ISO-2022-CN", "UTF-32", "hz-gb-2312"])
def test_an_encoding_that_is_not_offered_is_refused_even_for_plain_ascii(label: str) -> None:
    assert "encoding" in refusal(f'<?xml version="1.0" encoding="{label}"?><a>+ADw-b+AD4-</a>'.encode())


def test_a_document_longer_than_the_limit_is_refused_unread() -> None:
    assert "5000 bytes" in refusal(b"\xff" * 5_001, SMALL)


def test_depth_counts_elements_from_the_root_down() -> None:
    assert parse(b"<a>" * 5 + b"</a>" * 5, limits=SMALL).tag == "a"
    assert "deeper than 5" in refusal(b"<a>" * 6 + b"</a>" * 6, SMALL)


@pytest.mark.parametrize("depth", [61, 257, 5_000, 100_000])
def test_deep_nesting_is_refused_by_default(depth: int) -> None:
    assert refusal(b"<a>" * depth + b"</a>" * depth)


def test_more_elements_than_the_limit_are_refused() -> None:
    assert len(parse(b"<a>" + b"<b/>" * 19 + b"</a>", limits=SMALL)) == 19
    assert "20 elements" in refusal(b"<a>" + b"<b/>" * 20 + b"</a>", SMALL)


def test_the_limit_of_attributes_holds_for_each_element_by_itself() -> None:
    row = b"<r " + b" ".join(b"a%d='1'" % n for n in range(4)) + b"/>"
    assert len(parse(b"<a>" + row * 10 + b"</a>", limits=SMALL)) == 10
    assert "attributes" in refusal(b"<a " + b" ".join(b"a%d='1'" % n for n in range(5)) + b"/>", SMALL)


def test_a_huge_number_of_attributes_is_refused_by_default() -> None:
    assert "attributes" in refusal(b"<a " + b" ".join(b"a%d='1'" % n for n in range(60_000)) + b"/>")


def test_a_huge_number_of_namespaces_is_refused_by_default() -> None:
    assert "namespaces" in refusal(b"<a " + b" ".join(b"xmlns:a%d='u'" % n for n in range(30_000)) + b"/>")
    nested = b"".join(b"<a xmlns:p%d='u%d'>" % (n, n) for n in range(50)) + b"</a>" * 50
    assert parse(nested).tag == "a"


def test_the_same_namespace_repeated_on_many_elements_is_ordinary() -> None:
    assert len(parse(b"<a>" + b"<b xmlns:x='u' x:c='1'/>" * 1_000 + b"</a>")) == 1_000


@pytest.mark.parametrize("body", ["<a>{}</a>", "<a b='{}'/>", "<a><![CDATA[{}]]></a>"])
def test_a_text_longer_than_the_limit_is_refused_wherever_it_stands(body: str) -> None:
    assert parse(body.format("x" * 50).encode(), limits=SMALL).tag == "a"
    assert "50 characters" in refusal(body.format("x" * 51).encode(), SMALL)


def test_a_comment_does_not_cut_a_text_in_two() -> None:
    root = parse(b"<a><!-- x -->1024<!-- y -->.80<![CDATA[<b>]]></a>")
    assert root.text == "1024.80<b>"
    assert len(root) == 0


def test_what_looks_like_a_doctype_or_an_instruction_inside_text_is_only_text() -> None:
    inner = "<?xml version='1.0' encoding='GBK'?><!DOCTYPE x><taxML>1</taxML>"
    assert parse(f"<!-- <!DOCTYPE no> --><a><![CDATA[{inner}]]></a>".encode()).text == inner


def test_a_refusal_never_quotes_the_document() -> None:
    for body in (
        "<张三>110101199003071014</李四>",
        "<a 张三='1' 张三='2'/>",
        "<a>&张三;</a>",
        "<a b='110101199003071014</a>",
    ):
        said = refusal(body.encode())
        assert "张三" not in said
        assert "110101199003071014" not in said


def test_a_refusal_says_where_the_document_is_broken() -> None:
    assert "line 2" in refusal(b"<a>\n<b></a>")


def test_a_soap_envelope_is_read_with_its_namespaces() -> None:
    body = (
        f'<?xml version="1.0"?>\n<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><b xmlns="urn:x">1</b></s:Body></s:Envelope>'
    )
    root = parse(body.encode())
    assert root.tag == f"{{{ENVELOPE}}}Envelope"
    assert root.findtext(f"{{{ENVELOPE}}}Body/{{urn:x}}b") == "1"


def test_white_space_before_the_declaration_is_forgiven() -> None:
    assert parse(b'\r\n <?xml version="1.0" encoding="UTF-8"?><a/>').tag == "a"


def test_a_reply_without_a_root_is_read_as_a_fragment() -> None:
    reply = parse_fragment("<ERR>OK</ERR><AAZ500>A12345678</AAZ500><ROW><AAC003>䶮</AAC003></ROW>")
    assert [child.tag for child in reply] == ["ERR", "AAZ500", "ROW"]
    assert reply.findtext("ROW/AAC003") == "䶮"


@pytest.mark.parametrize("content", [b"00", "00", b"\xef\xbb\xbf00", '<?xml version="1.0" encoding="GBK"?>00'])
def test_a_plain_answer_is_the_text_of_the_fragment(content: bytes | str) -> None:
    assert parse_fragment(content).text == "00"


@pytest.mark.parametrize("content", ["</fragment><fragment>", "<a/></fragment><!-- ", "<!DOCTYPE a>", "<?x?>", "<a>"])
def test_a_fragment_cannot_break_out_of_its_wrapping(content: str) -> None:
    with pytest.raises(GatewayError):
        parse_fragment(content)


def test_a_document_inside_a_text_is_read_whatever_encoding_it_declares() -> None:
    assert parse_text('<?xml version="1.0" encoding="GBK"?><a>䶮</a>').text == "䶮"


def test_half_a_surrogate_pair_in_a_text_is_refused() -> None:
    with pytest.raises(GatewayError):
        parse_text("<a>\ud800</a>")


def only_refuses(body: bytes, charset: str | None = None) -> etree._Element | None:
    try:
        return parse(body, charset=charset)
    except GatewayError as error:
        assert error.kind.code == "xml_refused"  # noqa: PT017 - that it is this error or none is the law
        return None


@given(st.binary(max_size=300), st.none() | st.text(max_size=12))
@example(b"\xff\xfe", None)
@example(b"\x84\x31\x95\x33", "gbk")
@example(b"<?xml version='1.0' encoding='\xff'?><a/>", None)
def test_any_bytes_are_read_or_refused(body: bytes, charset: str | None) -> None:
    only_refuses(body, charset)


SEED = (
    '<?xml version="1.0" encoding="GBK"?><!-- c --><s:E xmlns:s="u" a="1"><b>李䶮</b><![CDATA[<x>]]>&lt;&#x4e2d;</s:E>'
)
PIECES = st.sampled_from(
    ["<", ">", "&", ";", '"', "<!DOCTYPE a [", "]>", "<?x?>", "<!--", "-->", "]]>", "\x00", "xmlns", "é"]
)


@given(
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 4), PIECES | st.text(max_size=3)), max_size=6),
)
def test_any_mutation_of_a_document_is_read_or_refused(encoding: str, edits: list[tuple[int, int, str]]) -> None:
    text = SEED
    for position, dropped, piece in edits:
        text = text[:position] + piece + text[position + dropped :]
    root = only_refuses(
        text.encode(encoding, "surrogatepass") if encoding != "gb18030" else text.encode(encoding, "replace")
    )
    if root is not None:
        assert all(isinstance(node.tag, str) for node in root.iter())


@given(st.binary(max_size=100), st.binary(max_size=40), st.integers(0, 100))
def test_any_bytes_inside_a_document_are_read_or_refused(head: bytes, tail: bytes, cut: int) -> None:
    body = SEED.encode("gb18030")
    only_refuses(body[:cut] + head + body[cut + 5 :] + tail)


@given(st.text(max_size=200))
def test_any_fragment_is_read_or_refused(content: str) -> None:
    try:
        parse_fragment(content)
    except GatewayError as error:
        assert error.kind.code == "xml_refused"  # noqa: PT017 - that it is this error or none is the law
