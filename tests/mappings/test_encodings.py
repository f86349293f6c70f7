"""How the documents of every dialect may be encoded and labelled, and that no character of a name is lost to it."""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.ports import Document
from gateway.security.charset import decode
from tests.mappings.samples import Sample, every, made, outcome, read

RARE = "王㛃𬱖"
LABELS = ("GBK", "GB2312", "gb18030")
_CHARSET = re.compile(r"charset=[\w-]+")


def text_of(sample: Sample) -> str:
    found = _CHARSET.search(sample.document.media_type)
    return decode(sample.document.body, found[0].removeprefix("charset=") if found else None)


def with_a_name(direction: str) -> Iterator[Sample]:
    """A request, or an answer to one, in which the name of the person stands as it is."""
    for sample in every():
        about = sample if direction == "request" else sample.asked if sample.about else None
        said = outcome(about) if about is not None and sample.direction == direction else None
        if said is None or isinstance(said, GatewayError) or isinstance(outcome(sample), GatewayError):
            continue
        name = said.messages[0].person.name if len(said.messages) == 1 and hasattr(said.messages[0], "person") else ""
        if name and name in text_of(sample):
            yield sample


def one_of_each(direction: str) -> list[Sample]:
    return list({sample.dialect: sample for sample in with_a_name(direction)}.values())


REQUESTS, ANSWERS = one_of_each("request"), one_of_each("reply")
requests = pytest.mark.parametrize("sample", REQUESTS, ids=[sample.dialect for sample in REQUESTS])
answers = pytest.mark.parametrize("sample", ANSWERS, ids=[sample.dialect for sample in ANSWERS])


def labelled(sample: Sample, label: str, encode: Callable[[str], bytes], change: Callable[[str], str]) -> Document:
    """The document of a sample in another encoding, said where it is said of that kind of document."""
    text = change(text_of(sample))
    if text.lstrip().startswith("<"):
        text = f'<?xml version="1.0" encoding="{label}"?>\n{text}'
    media_type = _CHARSET.sub(f"charset={label}", sample.document.media_type)
    return replace(sample.document, body=encode(text), media_type=media_type)


def named(message: Any, name: str) -> Any:
    return replace(message, person=replace(message.person, name=name))


def test_every_dialect_in_which_a_person_is_asked_about_is_tried() -> None:
    carries = {
        name
        for name, dialect in made().items()
        if any("person" in getattr(side.record, "__annotations__", {}) for side in dialect.tables.requests.values())
    }
    assert {sample.dialect for sample in REQUESTS} == carries
    assert {"molss/1.0", "prm/1.0", "yinhai/1.0", "hosdata/1.0", "cjb/1.0"} <= {sample.dialect for sample in ANSWERS}


@requests
@pytest.mark.parametrize("label", LABELS)
def test_what_is_declared_gbk_or_gb2312_is_decoded_as_gb18030(sample: Sample, label: str) -> None:
    (message,) = read(sample).messages
    rare = labelled(
        sample, label, lambda text: text.encode("gb18030"), lambda text: text.replace(message.person.name, RARE)
    )
    assert read(sample, rare).messages == (named(message, RARE),)


@answers
@pytest.mark.parametrize("label", LABELS)
def test_answers_too_and_the_name_in_them_is_the_one_that_was_asked_about(sample: Sample, label: str) -> None:
    (asked,) = read(sample.asked).messages
    rare = labelled(
        sample, label, lambda text: text.encode("gb18030"), lambda text: text.replace(asked.person.name, RARE)
    )
    message, control = sample.spoken.read_part(rare, named(asked, RARE))
    assert (message,) == read(sample).messages
    assert "differs" not in control.extra


@requests
def test_private_use_forms_in_requests_are_read_as_the_standard_characters(sample: Sample) -> None:
    (message,) = read(sample).messages
    old = labelled(sample, "UTF-8", str.encode, lambda text: text.replace(message.person.name, "李\ue863"))
    assert read(sample, old).messages == (named(message, "李䶮"),)


@requests
@pytest.mark.parametrize("label", ["UTF-8", "GBK"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_byte_order_mark_decides_whatever_is_declared(sample: Sample, encoding: str, label: str) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "gb18030": b"\x84\x31\x95\x33"}
    marked = labelled(sample, label, lambda text: marks[encoding] + text.encode(encoding), str)
    assert read(sample, marked).messages == read(sample).messages


@requests
@pytest.mark.parametrize(("label", "encoding"), [("UTF-8", "gb18030"), ("GBK", "utf-8")])
def test_a_wrong_declaration_is_seen_through_or_the_document_is_refused(
    sample: Sample, label: str, encoding: str
) -> None:
    wrong = labelled(sample, label, lambda text: text.encode(encoding), str)
    found = outcome(sample, wrong)
    if isinstance(found, GatewayError):
        assert found.kind.code == "xml_refused"
    else:
        assert found.messages == read(sample).messages


@requests
def test_an_identity_number_in_full_width_is_the_same_number(sample: Sample) -> None:
    (message,) = read(sample).messages
    number = message.person.id_number
    wide = number.translate({ord(each): ord(each) + 0xFEE0 for each in "0123456789X"})
    written = labelled(sample, "UTF-8", str.encode, lambda text: text.replace(number, wide))
    assert wide in decode(written.body, "utf-8")
    assert read(sample, written).messages == (message,)
