"""Examples of every form that systems speak, all of one question, and what a person decides of each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

NUMBER, OTHER, NAME = "630102199003071012", "630102198805122024", "才让卓玛"
MOLSS = 'xmlns:in="http://www.molss.gov.cn/"'
ENVELOPE = '<?xml version="1.0" encoding="{2}"?><s:Envelope xmlns:s="{0}">{3}<s:Body>{1}</s:Body></s:Envelope>'
SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
ASKED = {"aac058": "01", "aac002": NUMBER, "aac003": NAME, "cxyt": "1", "sqbh": "C-1"}
FINE, CODE = '"? what it says when all went well"', '"? what it says when it refuses"'
NOBODY = ('"? why nothing carries it, or give it a line"', "nobody else was asked")
Decisions = Sequence[tuple[str, str, str]]  # file, what is open, what a person puts there
TABLE = "messages/find-worker.yaml"


CODES = """
id_type:
  kind: IdType
  codes:
    - {there: "01", here: resident_id, inferred: decided}
    - {there: "08", here: hmt_permit, inferred: decided}
    - {there: "09", here: permanent_residence, inferred: decided}
purpose:
  kind: Purpose
  codes:
    - {there: "1", here: enrolment_check, inferred: decided}
    - {there: "2", here: transfer, inferred: decided}
    - {there: "3", here: benefit, inferred: decided}
    - {there: "4", here: case_handling, inferred: decided}
"""


def soap(body: str, head: str = "", version: str = SOAP_11, encoding: str = "UTF-8") -> bytes:
    text = ENVELOPE.format(version, body, encoding, f"<s:Header>{head}</s:Header>" if head else "")
    return text.encode("gb18030" if encoding == "GBK" else "utf-8")


def elements(values: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def paras(values: Mapping[str, str]) -> str:
    return "".join(f'<para {name}="{value}"/>' for name, value in values.items())


def escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def attributes() -> tuple[dict[str, bytes], Decisions]:
    """D1: every value an attribute, rows too, in GBK."""
    head = f"<in:system {MOLSS}>{paras({'usr': 'gateway', 'pwd': 'not-a-secret', 'funid': 'F00.01.03'})}</in:system>"
    asked = f"<in:business {MOLSS}>{paras({'functionid': 'F27.09', **ASKED})}</in:business>"
    row = f'<row aac001="42" aac002="{NUMBER}" aac003="{NAME}" aac301="630102"/>'
    said = (
        '<out:business xmlns:out="http://www.molss.gov.cn/"><result result=""/>'
        f'<resultset name="querylist">{row}</resultset></out:business>'
    )
    files = {
        "find-worker.request.xml": soap(asked, head, encoding="GBK"),
        "find-worker.reply.xml": soap(said, '<out:system xmlns:out="http://www.molss.gov.cn/"/>', encoding="GBK"),
    }
    return files, [
        ("dialect.yaml", FINE, '""'),
        (TABLE, 'there: system.usr, here: "?"', "there: system.usr, control: sender"),
        (TABLE, *NOBODY),
    ]


def typed(version: str) -> tuple[dict[str, bytes], Decisions]:
    """Every value an element, in an envelope of SOAP 1.2."""
    asked = f'<q:find xmlns:q="urn:q">{elements({**ASKED, "lsh": "1"})}</q:find>'
    person = elements({"aac001": "42", "aac301": "630102"})
    said = f'<q:findResponse xmlns:q="urn:q"><code>0</code><msg></msg><row>{person}</row></q:findResponse>'
    files = {
        "find.request.xml": soap(asked, version=version),
        "find.reply.xml": soap(said, version=version),
    }
    return files, [
        ("dialect.yaml", FINE, '"0"'),
        (TABLE, 'there: request.lsh, here: "?"', "there: request.lsh, control: message_id"),
        (TABLE, *NOBODY),
    ]


def string_in_cdata(version: str = SOAP_11) -> tuple[dict[str, bytes], Decisions]:
    """D2: a document in the one string of a call, in CDATA, with a declaration of its own."""
    asked = f'<?xml version="1.0" encoding="GBK"?><input>{elements({**ASKED, "lsh": "1"})}</input>'
    rows = f"<rows><row>{elements({'aac001': '42', 'aac301': '630102'})}</row></rows>"
    said = f'<?xml version="1.0" encoding="GBK"?><output><appcode>1</appcode><appmsg></appmsg>{rows}</output>'
    files = {
        "find-worker.request.xml": soap(
            f'<q:call xmlns:q="urn:q"><arg0><![CDATA[{asked}]]></arg0></q:call>', version=version
        ),
        "find-worker.reply.xml": soap(
            f'<q:callResponse xmlns:q="urn:q"><return><![CDATA[{said}]]></return></q:callResponse>', version=version
        ),
    }
    return files, [
        ("dialect.yaml", FINE, '"1"'),
        (TABLE, 'there: input.lsh, here: "?"', "there: input.lsh, control: message_id"),
        (TABLE, *NOBODY),
    ]


def fragment(version: str = SOAP_11) -> tuple[dict[str, bytes], Decisions]:
    """D5: string parameters by position, an answer without a root."""
    types = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    given_ = {"user": "gateway", "pass": "not-a-secret", **ASKED}
    parameters = "".join(f'<{name} xsi:type="xsd:string">{value}</{name}>' for name, value in given_.items())
    said = elements({"ERR": "OK", "AAC001": "42", "AAC301": "630102"})
    files = {
        "find-worker.request.xml": soap(
            f'<ns:getAC01 xmlns:ns="urn:axis2" {types}>{parameters}</ns:getAC01>', version=version
        ),
        "find-worker.reply.xml": soap(
            f'<ns:getAC01Response xmlns:ns="urn:axis2" {types}><ns:return xsi:type="xsd:string">{escaped(said)}'
            "</ns:return></ns:getAC01Response>",
            version=version,
        ),
    }
    return files, [
        ("dialect.yaml", FINE, "OK"),
        (TABLE, 'there: params.user, here: "?"', "there: params.user, control: sender"),
        (TABLE, *NOBODY),
    ]


def piped() -> tuple[dict[str, bytes], Decisions]:
    """D8: values joined by bars, in JSON."""
    caller = '"serviceCode": "0811014", "channel": "gateway", "secret": "not-a-secret"'
    asked = f'{{{caller}, "keyInfo": "01|{NUMBER}|{NAME}|1|C-1"}}'
    said = f'{{"statusCode": "200", "message": "", "data": {{"ReturnResult": "42|{NUMBER}|{NAME}|630102"}}}}'
    files = {"find-worker.request.json": asked.encode(), "find-worker.reply.json": said.encode()}
    return files, [
        ("dialect.yaml", FINE, '"200"'),
        ("dialect.yaml", CODE, '"500"'),
        ("dialect.yaml", "[c1, aac002, aac003, c4, c5]", "[aac058, aac002, aac003, cxyt, sqbh]"),
        ("dialect.yaml", "[c1, aac002, aac003, aab301]", "[aac001, aac002, aac003, aab301]"),
        (TABLE, 'there: channel, here: "?"', "there: channel, control: sender"),
        *_columns("keyInfo"),
        (TABLE, 'there: c1, here: "?"', "there: aac001, here: person_number"),
        *_without(),
    ]


def rows() -> tuple[dict[str, bytes], Decisions]:
    """Rows without a header: what is asked joined by TAB, what is answered of a fixed width in GBK bytes."""
    said = [f"42        {NUMBER}{NAME}        630102", f"4200001222{OTHER}才让            630104"]
    files = {
        "find-worker.request.txt": f"01\t{NUMBER}\t{NAME}\t1\tC-1\r\n".encode("gb18030"),
        "find-worker.one.reply.txt": (said[0] + "\r\n").encode("gb18030"),
        "find-worker.other.reply.txt": (said[1] + "\r\n").encode("gb18030"),
    }
    return files, [
        ("dialect.yaml", "[c1, aac002, aac003, c4, c5]", "[aac058, aac002, aac003, cxyt, sqbh]"),
        ("dialect.yaml", "c1: 10", "aac001: 10"),
        *_columns("asked"),
        (TABLE, 'there: c1, here: "?"', "there: aac001, here: person_number"),
        *_without(),
    ]


def _columns(group: str) -> Decisions:
    return [
        (TABLE, f'{{there: {group}.c1, here: "?"', f"{{there: {group}.aac058, here: person.id_type, codes: id_type"),
        (TABLE, f'{{there: {group}.c4, here: "?"', f"{{there: {group}.cxyt, here: warrant.purpose, codes: purpose"),
        (TABLE, f'{{there: {group}.c5, here: "?"', f"{{there: {group}.sqbh, here: warrant.consent"),
    ]


def _without() -> Decisions:
    """Fields that have a line by now, the one that nobody asks for, and the code lists of the columns."""
    return [(TABLE, "lines gone", ""), (TABLE, *NOBODY), ("codes.yaml", "\n{}\n", f"\n{CODES}")]


FORMS: dict[str, tuple[tuple[dict[str, bytes], Decisions], str]] = {
    "attribute rows": (attributes(), "attribute_soap"),
    "SOAP 1.1": (typed(SOAP_11), "typed_soap"),
    "SOAP 1.2": (typed(SOAP_12), "typed_soap"),
    "a document in CDATA": (string_in_cdata(), "string_soap"),
    "a document in CDATA, SOAP 1.2": (string_in_cdata(SOAP_12), "string_soap"),
    "an answer without a root": (fragment(), "rpc_soap"),
    "an answer without a root, SOAP 1.2": (fragment(SOAP_12), "rpc_soap"),
    "joined by bars": (piped(), "piped"),
    "rows without a header": (rows(), "rows"),
}


def drop_answered(path: Path) -> None:
    """Take away what the proposal asked for and the columns that were named answer."""
    named = ("warrant.consent", "person_number")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "to be decided}" not in line and not line.strip().startswith(named)]
    text = "".join(kept).replace("  lossy:\nreply:", "reply:")
    path.write_text(text, encoding="utf-8")
