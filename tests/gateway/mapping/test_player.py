from pathlib import Path

import pytest

from gateway.mapping.places import places
from gateway.mapping.player import Difference, NotTheSampleError, SamplePlayer
from gateway.mapping.samples import PATH, read_samples
from gateway.ports import Document

REQUEST = '{"lsh": "1", "who": {"name": "周"}, "list": [{"a": 1}, {"a": 2}]}'
INDEX = """
samples:
  - {file: find.request.json, message: FindWorker, direction: request, path: /find}
  - {file: find.one.reply.json, message: FindWorker, direction: reply, about: find.request.json}
  - {file: find.two.reply.json, message: FindWorker, direction: reply, about: find.request.json}
substitutes:
  - {there: lsh, because: another serial every call}
  - {there: "list.a", because: a time}
"""


@pytest.fixture
def player(tmp_path: Path) -> SamplePlayer:
    (tmp_path / "index.yaml").write_text(INDEX, encoding="utf-8")
    (tmp_path / "find.request.json").write_text(REQUEST, encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"find.{name}.reply.json").write_text(f'"{name}"', encoding="utf-8")
    return SamplePlayer(read_samples(tmp_path))


def call(text: str, path: str = "/find") -> Document:
    return Document(text.encode(), "application/json", {PATH: path})


def refused(player: SamplePlayer, document: Document) -> list[Difference]:
    with pytest.raises(NotTheSampleError) as raised:
        player.answer(document)
    assert raised.value.nearest == "find.request.json"
    return list(raised.value.differences)


def test_a_sample_is_answered_and_each_of_several_answers_has_its_turn(player: SamplePlayer) -> None:
    said = [player.answer(call(REQUEST)).body for _ in range(3)]
    assert said == [b'"one"', b'"two"', b'"one"']


def test_what_may_differ_differs_and_the_order_of_members_says_nothing(player: SamplePlayer) -> None:
    other = '{"who": {"name": "周"}, "lsh": "2", "list": [{"a": 8}, {"a": 9}]}'
    assert player.answer(call(other)).body == b'"one"'


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (REQUEST.replace("周", "李"), Difference("who.name", "周", "李")),
        (REQUEST.replace('"lsh": "1", ', ""), Difference("lsh", "1", "(nothing)")),
        (REQUEST.replace('"lsh"', '"more": "x", "lsh"'), Difference("more", "(nothing)", "x")),
        (REQUEST.replace(', {"a": 2}', ""), Difference("list[1].a", "2", "(nothing)")),
    ],
)
def test_anything_else_is_refused_with_the_place_and_both_values(
    player: SamplePlayer, text: str, difference: Difference
) -> None:
    assert refused(player, call(text)) == [difference]


def test_another_path_and_what_is_no_document_are_refused(player: SamplePlayer) -> None:
    assert refused(player, call(REQUEST, "/other")) == [Difference(PATH, "/find", "/other")]
    assert Difference("(document)", "(nothing)", "<") in refused(player, call("<"))


def test_the_refusal_reads_as_a_diff(player: SamplePlayer) -> None:
    with pytest.raises(NotTheSampleError, match="nearest is find") as raised:
        player.answer(call(REQUEST.replace("周", "李")))
    assert str(raised.value).endswith("who.name\n- 周\n+ 李")


def test_a_number_and_a_text_of_the_same_digits_are_not_the_same(player: SamplePlayer) -> None:
    assert refused(player, call(REQUEST.replace('"周"', "1"))) == [Difference("who.name", "周", "1")]


SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'


def of(inner: str) -> dict[str, str]:
    return dict(places(Document(SOAP.format(inner).encode(), "text/xml")))


def test_places_of_xml_unfold_strings_and_leave_prefixes_and_white_space_out() -> None:
    one = of('<q:f xmlns:q="urn:q"> <q:a>1</q:a><q:a>2</q:a> <x>&lt;in&gt;&lt;b&gt;3&lt;/b&gt;&lt;/in&gt;</x></q:f>')
    two = of('<f xmlns="urn:q"><a>1</a><a>2</a><x xmlns=""><![CDATA[<in><b>3</b></in>]]></x></f>')
    assert one == two
    assert one["f.a[1]"] == "2"
    assert one["f.x.in.b"] == "3"


def test_attributes_that_stand_alone_have_no_order() -> None:
    assert of('<f><para a="1"/><para b="2"/></f>') == of('<f><para b="2"/><para a="1"/></f>')
    assert of('<f><para a="1"/><para a="2"/></f>') != of('<f><para a="2"/><para a="1"/></f>')
