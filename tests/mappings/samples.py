"""Every sample of every dialect of tables, found by discovery, with what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.syntax_json import PATH
from gateway.model.messages import Message
from gateway.ports import Control, Document
from tests.mappings.folders import MAPPINGS

PASSWORD = "not-a-secret"
_JSON = "application/json;charset=UTF-8"
_MEDIA_TYPES = {
    "attribute_soap": "text/html;charset=GBK",
    "cfx": "text/xml;charset=GBK",
    "json": _JSON,
    "piped": _JSON,
    "prm": "text/xml;charset=GBK",
}
_XML = "text/xml;charset=UTF-8"


@cache
def made() -> dict[str, TableDialect]:
    return {name: make() for name, make in dialects(MAPPINGS, lambda _: PASSWORD).items()}


@dataclass(frozen=True)
class Sample:
    dialect: str
    file: str
    direction: str
    about: str = ""
    path: str = ""
    error: str = ""

    @property
    def spoken(self) -> TableDialect:
        return made()[self.dialect]

    @property
    def syntax(self) -> str:
        return self.spoken.tables.folder.dialect.syntax

    @property
    def document(self) -> Document:
        folder = MAPPINGS / "dialects" / self.dialect / "samples"
        headers = {PATH: self.path} if self.path else {}
        return Document((folder / self.file).read_bytes(), _MEDIA_TYPES.get(self.syntax, _XML), headers)

    @property
    def asked(self) -> "Sample":
        return next(sample for sample in every() if (sample.dialect, sample.file) == (self.dialect, self.about))


@dataclass(frozen=True)
class Read:
    """What a sample says. `question`: the one that it is or answers; `abouts`: the requests that it answers."""

    messages: tuple[Message, ...]
    control: Control
    question: str = ""
    abouts: Sequence[Message] | None = None


@cache
def every() -> tuple[Sample, ...]:
    """Of each entry of an index: `path`, what follows the address in a request; `error`, which error it is read as."""
    found: list[Sample] = []
    for name in made():
        folder = MAPPINGS / "dialects" / name / "samples"
        index = yaml.load((folder / "index.yaml").read_bytes(), Loader=yaml.CSafeLoader)
        for entry in index["samples"]:
            told = (entry.get(part, "") for part in ("about", "path", "error"))
            found.append(Sample(name, entry["file"], entry["direction"], *told))
    return tuple(found)


def read(sample: Sample, document: Document | None = None) -> Read:
    """What the document of a sample says, or another document in its place."""
    spoken, document = sample.spoken, document or sample.document
    if sample.direction == "request":
        question = spoken.tables.question_in(spoken._syntax.parse(document))
        if question:
            return Read((), spoken.read_question(document)[1], question)
        return Read(*spoken.read_many(document))
    asked = read(sample.asked)
    if asked.question:
        return Read(*spoken.read_answer(asked.question, document), question=asked.question)
    if len(asked.messages) > 1:
        return Read(*spoken.read_many(document, asked.messages), abouts=asked.messages)
    message, control = spoken.read_part(document, asked.messages[0])
    return Read((message,), control, abouts=asked.messages)


def write(sample: Sample, said: Read) -> Document:
    """The document that says what a sample says."""
    spoken = sample.spoken
    if not said.question:
        return spoken.write_many(said.messages, said.control, said.abouts)
    if sample.direction == "request":
        return spoken.write_question(said.question, said.control)
    return spoken.write_answer(said.question, said.messages, said.control)


def outcome(sample: Sample, document: Document | None = None) -> Read | GatewayError:
    try:
        return read(sample, document)
    except GatewayError as error:
        return error
