"""The two envelopes of the tax bureaus' core system: what in them says something, and what is refused by name."""

import base64
import zlib
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.mapping.syntax_gt3_bus import Gt3Bus
from gateway.mapping.syntax_tirip import Tirip
from gateway.mapping.tirip_packing import packed, steps_of, unpacked
from gateway.ports import Document
from tests.mappings.examples import MAKERS, levy
from tests.mappings.examples import control as control_of
from tests.mappings.samples import Sample

BUS = Gt3Bus({"declares": "GBK", "open": ["sjry"]})
TIRIP = Tirip({})
HEAD = "<tran_id>T</tran_id><expand><name>sjry</name><value>u</value></expand>"
ROW = "<YZGrid><YZGridlb><XH>r-1</XH></YZGridlb></YZGrid>"


def service(inner: str, head: str = HEAD) -> Document:
    body = f'<service xmlns="http://www.chinatax.gov.cn/spec/"><head>{head}</head><body>{inner}</body></service>'
    return Document(body.encode(), "text/xml;charset=UTF-8")


def taxml(content: str, declared: str = "") -> str:
    space = 'xmlns="http://www.chinatax.gov.cn/dataspec/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f'{declared}<taxML xsi:type="A" xmlbh="B" {space}>{content}</taxML>'


@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="GBK"?>', '<?xml version="1.0"?>\n'])
def test_what_the_document_inside_declares_means_nothing(declared: str) -> None:
    form = BUS.parse(service(f"<![CDATA[{taxml('<NSRMC>王㛃</NSRMC>' + ROW, declared)}]]>"))
    assert form["taxML"] == {"NSRMC": "王㛃", "YZGrid": [{"XH": "r-1"}]}
    assert form["doc"] == {"type": "A", "xmlbh": "B"}
    assert form["head"] == {"tran_id": "T", "expand": {"sjry": "u"}}


def test_the_document_may_be_escaped_instead_and_may_be_absent() -> None:
    escaped = taxml("<XH>1</XH>").replace("<", "&lt;")
    assert BUS.parse(service(escaped))["taxML"] == {"XH": "1"}
    assert "taxML" not in BUS.parse(service(""))


@pytest.mark.parametrize(
    "inner",
    [
        f"<![CDATA[{taxml('<XH>1</XH><XH>2</XH>')}]]>",
        f"<![CDATA[{taxml('<XH><A>1</A></XH>')}]]>",
        f"<![CDATA[{taxml('<YZGrid><Other/></YZGrid>')}]]>",
        "<![CDATA[<taxML>no namespace</taxML>]]>",
        "<![CDATA[<!DOCTYPE a><taxML/>]]>",
        "not a document",
    ],
)
def test_a_document_of_another_shape_is_refused(inner: str) -> None:
    with pytest.raises(GatewayError):
        BUS.parse(service(inner))


PAIRS = {
    "<expand><name>jrmm</name><value>hunter2</value></expand>": False,
    "<expand><value>hunter2</value><name>jrmm</name></expand>": False,
    "<s:expand><s:name> jrmm </s:name><s:value><![CDATA[hunter2]]></s:value></s:expand>": False,
    "<expand><name>&#106;rmm</name><value>hunter2</value></expand>": False,
    "<expand><name>sjry</name><value>hunter2</value></expand>": True,
}


@pytest.mark.parametrize(("pair", "kept"), PAIRS.items())
def test_every_pair_but_the_open_ones_is_blanked(pair: str, *, kept: bool) -> None:
    assert (b"hunter2" in BUS.blank(service("", pair))) is kept


@pytest.mark.parametrize("opened", ["<expand><name>jrmm</name><value>hunter2", "<expand><name>jrmm</name><value>" * 9])
def test_a_pair_that_is_never_closed_is_blanked_to_the_end(opened: str) -> None:
    assert b"hunter2" not in BUS.blank(Document(f"{opened} hunter2 <".encode(), "text/xml"))
    assert b"hunter2" not in TIRIP.blank(Document(b"<w:Password Type='x'>hunter2 <", "text/xml"))


@pytest.mark.parametrize("hours", ["100000000", "010000000", "130000", "", "noon"])
def test_of_the_moment_of_a_message_only_the_day_is_believed(hours: str) -> None:
    dialect = MAKERS["gt3-bus/1.0"]()
    written = dialect.write(levy(), control_of("tax-sichuan", credential="ANOTHER"))
    told = written.body.replace(b"<tran_time>100000000</tran_time>", f"<tran_time>{hours}</tran_time>".encode())
    assert hours == "100000000" or told != written.body
    message, control = dialect.read(Document(told, written.media_type))
    assert (message, f"{control.sent_at:%Y-%m-%d %H:%M}") == (levy(), "2026-01-05 00:00")


# the package

STEPS = ("zip:Zlib", "code:Base64")


def control(*steps: tuple[str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("id", "type", "impl"), step, strict=True)) for step in steps]


def test_content_is_packed_in_the_order_of_the_ids_and_unpacked_the_other_way() -> None:
    assert steps_of(control(("2", "code", "Base64"), ("1", "zip", "Zlib"))) == STEPS
    text = packed('{"a":"中文"}', STEPS)
    assert zlib.decompress(base64.b64decode(text)).decode() == '{"a":"中文"}'
    assert unpacked(text, STEPS).decode() == '{"a":"中文"}'
    assert unpacked(packed("x", ("code:Base64", "code:Base64")), ("code:Base64", "code:Base64")) == b"x"


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        (control(("1", "crypt", "CA")), "crypt:CA"),
        (control(("1", "crypt", "SM4"), ("2", "code", "Base64")), "crypt:SM4"),
        (control(("1", "zip", "Brotli")), "zip:Brotli"),
        (control(("1", "zip", "Zlib")), "the last step"),
        (control(("1", "zip", "Zlib"), ("1", "code", "Base64")), "one id"),
        (control(("first", "zip", "Zlib")), "not a number"),
    ],
)
def test_packing_that_is_not_agreed_is_refused_by_name(steps: list[dict[str, str]], named: str) -> None:
    with pytest.raises(GatewayError) as refused:
        steps_of(steps)
    assert named in refused.value.params["reason"]


@pytest.mark.parametrize("text", ["!", base64.b64encode(b"plain").decode(), packed("a" * 100, STEPS)[:12]])
def test_what_is_not_packed_as_it_says_is_refused(text: str) -> None:
    with pytest.raises(GatewayError):
        unpacked(text, STEPS)


def test_what_unfolds_beyond_the_limit_is_refused() -> None:
    with pytest.raises(GatewayError) as refused:
        unpacked(packed("0" * (5 << 20), STEPS), STEPS)
    assert "too large" in refused.value.params["reason"]


def said(**changes: str) -> Any:
    return control_of("tax-guizhou", credential="ANOTHER", **changes)


def test_a_repetition_says_so_and_headers_say_how_it_went() -> None:
    dialect = MAKERS["gt3-tirip/1.0"]()
    first, again = dialect.write(levy(), said()), dialect.write(levy(), said(repeat="1"))
    assert b"<repeatFlag>0</repeatFlag>" in first.body
    assert again.body == first.body.replace(b"<repeatFlag>0<", b"<repeatFlag>1<")
    assert first.headers == {"SOAPAction": '""'}
    answer = dialect.refuse(GatewayError("authentication_needed", reason="x"))
    assert answer.headers["retcode"] == "00000401"


@pytest.mark.parametrize(
    ("retcode", "code"),
    [("00000401", "authentication_needed"), ("00000500", "party_fault"), ("00000000", "unreadable")],
)
def test_an_answer_of_headers_alone_is_never_taken_for_success(retcode: str, code: str) -> None:
    dialect = MAKERS["gt3-tirip/1.0"]()
    with pytest.raises(GatewayError) as found:
        dialect.read(Document(b"", "text/xml", {"retcode": retcode, "sessionid": "s"}), levy())
    assert found.value.kind.code == code
    with pytest.raises(GatewayError) as found:
        dialect.read(Document(b"", "text/xml"), levy())
    assert found.value.kind.code == "unreadable"


def test_a_header_that_says_failure_counts_although_the_package_says_success() -> None:
    dialect = MAKERS["gt3-tirip/1.0"]()
    sample = Sample("gt3-tirip/1.0", "declare-levy.accepted.reply.xml", "reply").document
    with pytest.raises(GatewayError) as found:
        dialect.read(Document(sample.body, sample.media_type, {"retcode": "00000999"}), levy())
    assert found.value.kind.code == "party_refused"


def test_the_passwords_of_a_package_are_blanked() -> None:
    dialect = MAKERS["gt3-tirip/1.0"]()
    body = dialect.write(levy(), said()).body
    inside = body.replace(b"</application>", b"<password>hunter2</password></application>")
    escaped = inside.replace(b"<password>hunter2</password>", b"&lt;password&gt;hunter2&lt;/password&gt;")
    assert b"other" in body
    for document in (body, inside, escaped):
        blank = TIRIP.blank(Document(document, "text/xml"))
        assert b"hunter2" not in blank
        assert b">other<" not in blank
        assert len(blank) > len(body) // 2


def test_both_dialects_have_the_same_codes() -> None:
    bus, tirip = (MAKERS[name]().tables.folder.codes for name in ("gt3-bus/1.0", "gt3-tirip/1.0"))
    assert bus == tirip
    items = {line.there: line.known[0] for line in bus["insurance"].codes}
    assert [code for code, known in items.items() if known == "seen"] == ["10201", "10202"]
