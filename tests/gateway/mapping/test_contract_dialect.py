from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect, gateway_dialects
from gateway.mapping.contract_versions import NEWEST, VERSIONS
from gateway.mapping.soap import ENVELOPES
from gateway.model.card import FindCard
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import Done, FindWorker, GetProgress
from gateway.model.province_records import GetRights
from gateway.ports import Control, Dialect, Document
from tests.strategies.records import instants, records

DIALECT = GatewayDialect(NEWEST)
DIALECTS = {number: GatewayDialect(version) for number, version in VERSIONS.items()}
CARRIED = [(number, item) for number, version in VERSIONS.items() for item in version.exchanges]
FOLDER = Path(__file__).parents[3] / "mappings/dialects/gateway"
CONTROL = Control("m-1", "zhejiang", "gateway", datetime(2026, 1, 31, tzinfo=UTC))
PERSON = Identity(IdType.RESIDENT_ID, "11010119900307109X", "示例甲")
ASKED = FindWorker(PERSON, Warrant(Purpose.BENEFIT))
NS = NEWEST.namespace

words = st.text("abc-:中&<", min_size=1, max_size=64)
extras = st.fixed_dictionaries({}, optional={"soap": st.just("1.2"), "refers_to": words})
controls = st.builds(Control, words, words, words, instants(), extras)


every_message = pytest.mark.parametrize(
    ("number", "exchange"), CARRIED, ids=[f"{number}-{item.name}" for number, item in CARRIED]
)


def test_every_version_is_a_dialect_of_its_own() -> None:
    made: dict[str, Dialect] = {name: maker() for name, maker in gateway_dialects().items()}
    assert {name: (dialect.name, dialect.version) for name, dialect in made.items()} == {
        "gateway/1.1": ("gateway", "1.1"),
        "gateway/1.2": ("gateway", "1.2"),
    }


def test_an_older_version_does_not_carry_what_a_newer_one_adds() -> None:
    message = GetRights(PERSON, ASKED.warrant)
    with pytest.raises(GatewayError) as raised:
        DIALECTS["1.1"].write(message, CONTROL)
    assert raised.value.kind.code == "unsupported"
    in_the_old_namespace = DIALECT.write(message, CONTROL).body.replace(b":1.2", b":1.1")
    with pytest.raises(GatewayError, match="GetRights"):
        DIALECTS["1.1"].read(Document(in_the_old_namespace, "text/xml"))


@every_message
def test_what_is_written_reads_back_as_the_same_message_and_control(number: str, exchange: Any) -> None:
    dialect = DIALECTS[number]

    @given(records(exchange.request), records(exchange.reply), controls)
    def law(request: Any, reply: Any, control: Control) -> None:
        assert dialect.read(dialect.write(request, control)) == (request, control)
        assert dialect.read(dialect.write(reply, control, request), request) == (reply, control)

    law()


@every_message
def test_what_is_written_is_valid_by_the_committed_schema(number: str, exchange: Any) -> None:
    schema = etree.XMLSchema(etree.parse(str(FOLDER / number / "contract" / "gateway.xsd")))
    dialect = DIALECTS[number]

    @given(records(exchange.request), controls)
    def law(request: Any, control: Control) -> None:
        root = etree.fromstring(dialect.write(request, control).body)
        schema.assertValid(root[0][0])
        schema.assertValid(root[1][0])

    law()


@every_message
def test_an_unknown_missing_repeated_or_empty_element_is_always_an_error(number: str, exchange: Any) -> None:
    dialect, namespace = DIALECTS[number], VERSIONS[number].namespace

    @given(records(exchange.request), st.data())
    def law(request: Any, data: st.DataObject) -> None:
        root = etree.fromstring(dialect.write(request, CONTROL).body)
        parents = [element for element in root[1][0].iter() if len(element)] or [root[1][0]]
        parent = data.draw(st.sampled_from(parents))
        damage = data.draw(st.sampled_from(["unknown", "foreign", "attribute", "text", "emptied", "twice"]))
        if damage in ("unknown", "foreign"):
            name = f"{{{namespace}}}surplus" if damage == "unknown" else "surplus"
            parent.insert(data.draw(st.integers(0, len(parent))), etree.Element(name))
        elif damage == "attribute":
            parent.set("surplus", "1")
        elif damage == "text" or not len(parent):
            parent.text = "surplus"
        else:
            child = data.draw(st.sampled_from(list(parent)))
            if damage == "emptied":
                child.clear()
            elif child.tag == f"{{{namespace}}}insurances" and exchange.name == "FindCover":
                parent.remove(child) if len(request.insurances) == 1 else parent.insert(1, _copy(child))
            else:
                parent.insert(parent.index(child), _copy(child))
        with pytest.raises(GatewayError) as raised:
            dialect.read(Document(etree.tostring(root), "text/xml"))
        assert raised.value.kind.code in ("soap_invalid", "faults")

    law()


def _copy(element: Any) -> Any:
    return etree.fromstring(etree.tostring(element))


def samples(part: str) -> pytest.MarkDecorator:
    paths = sorted(FOLDER.glob(f"*/samples/*.{part}.xml"))
    return pytest.mark.parametrize("path", paths, ids=[f"{path.parents[1].name}-{path.name}" for path in paths])


def request_of(answer: Path) -> Any:
    request = answer.with_name(answer.name.replace(".answer.", ".request."))
    return DIALECTS[answer.parents[1].name].read(Document(request.read_bytes(), "text/xml"))[0]


@samples("request")
def test_every_sample_of_a_request_is_written_as_it_was_read(path: Path) -> None:
    check_sample(path, None)


@samples("answer")
def test_every_sample_of_an_answer_is_written_as_it_was_read(path: Path) -> None:
    check_sample(path, request_of(path))


def check_sample(path: Path, about: Any) -> None:
    document, dialect = Document(path.read_bytes(), "text/xml"), DIALECTS[path.parents[1].name]
    message, control = dialect.read(document, about)
    again = dialect.write(message, control, about)
    assert dialect.read(again, about) == (message, control)
    assert canonical(again.body) == canonical(document.body)


def canonical(body: bytes) -> str:
    plain: str = etree.canonicalize(body.decode().partition("?>")[2].strip(), strip_text=True)
    return plain


@pytest.mark.parametrize("number", VERSIONS)
def test_every_message_has_a_sample_of_its_request_and_of_its_answer(number: str) -> None:
    names = {path.name for path in (FOLDER / number / "samples").glob("*.xml")}
    wanted = {f"{item.name}.{part}.xml" for item in VERSIONS[number].exchanges for part in ("request", "answer")}
    assert wanted <= names


def test_prefixes_comments_cdata_and_white_space_mean_nothing() -> None:
    body = f"""<?xml version='1.0' encoding='utf-8'?><!-- from a test -->
        <e:Envelope xmlns:e="{ENVELOPES["1.1"]}" xmlns:g="{NS}"><e:Header>
          <g:Exchange e:mustUnderstand="1" e:actor="http://schemas.xmlsoap.org/soap/actor/next"><g:message_id>m-1</g:message_id>
            <g:sender>zhejiang</g:sender><g:receiver>gateway</g:receiver>
            <g:sent_at> 2026-01-31T00:00:00Z </g:sent_at></g:Exchange>
        </e:Header><e:Body>
          <g:FindWorker><g:person><g:id_type>resident_id</g:id_type><g:id_number>11010119900307109x</g:id_number>
            <g:name><![CDATA[示]]>例<!-- split -->甲</g:name></g:person>
            <g:warrant><g:purpose>benefit</g:purpose></g:warrant></g:FindWorker></e:Body></e:Envelope>"""
    assert DIALECT.read(Document(body.encode(), 'text/xml; charset="UTF-8"')) == (ASKED, CONTROL)


@pytest.mark.parametrize("name", ["Иван", "É", "Ωmega", "示例", "𠮷䶮·"])
def test_a_name_in_any_script_arrives_as_it_was_sent(name: str) -> None:
    asked = FindWorker(Identity(IdType.RESIDENT_ID, PERSON.id_number, name), ASKED.warrant)
    assert DIALECT.read(DIALECT.write(asked, CONTROL))[0] == asked


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x85", "\ud800", "\ufffe"])
def test_a_character_that_xml_does_not_have_is_refused_before_it_is_sent(character: str) -> None:
    asked = GetProgress(reference=f"a{character}b")
    with pytest.raises(GatewayError) as raised:
        DIALECT.write(asked, CONTROL)
    assert raised.value.params == {"character": f"U+{ord(character):04X}"}


@pytest.mark.parametrize(
    ("message", "about"), [(FindCard(PERSON), None), (Done(done=True), ASKED), (Done(done=True), None)]
)
def test_a_message_that_the_contract_does_not_have_is_not_written(message: Any, about: Any) -> None:
    with pytest.raises(GatewayError) as raised:
        DIALECT.write(message, CONTROL, about)
    assert raised.value.kind.code == "unsupported"
