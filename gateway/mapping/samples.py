"""The samples of a dialect as data: documents as they stand on the wire, what each answers, what may differ in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, field

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.rulefile import RuleFile
from gateway.ports import Document

INDEX = "index.yaml"
PATH = ":path"
"""Pseudo-header with what follows the party's address: path and query."""

_MEDIA_TYPES = {".json": "application/json;charset=UTF-8", ".txt": "text/plain"}
_XML = "text/xml"


class Entry(Struct, frozen=True, kw_only=True):
    """One sample of an `index.yaml`. `about`: the request that a reply answers; `error`: how a reply is read."""

    file: str
    direction: str
    message: str = ""
    about: str = ""
    path: str = ""
    error: str = ""
    situation: str = ""


class Substitute(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in requests where another value than the sample's may stand, such as a serial or a time, and why.

    `there`: the place as `places` names it, without counting items of lists.
    """

    there: str
    because: str


class Index(Struct, frozen=True, kw_only=True):
    """An `index.yaml`. `substitutes`: what may differ between a request and its sample."""

    samples: tuple[Entry, ...]
    substitutes: tuple[Substitute, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples in one folder."""

    folder: Path
    file: RuleFile
    index: Index

    def document(self, entry: Entry) -> Document:
        """The bytes of a sample as they cross the border."""
        return document_of(self.folder / entry.file, entry.path)

    def requests(self) -> Sequence[Entry]:
        """Every request, in order."""
        return [entry for entry in self.index.samples if entry.direction == "request"]

    def replies(self, request: Entry) -> Sequence[Entry]:
        """Every reply to a request, in order."""
        return [entry for entry in self.index.samples if entry.about == request.file]

    def named(self, file: str) -> Entry | None:
        """The entry of a file, None where it has none."""
        return next((entry for entry in self.index.samples if entry.file == file), None)

    def line(self, entry: Entry) -> int:
        """The line of an entry in its index."""
        return self.file.line("samples", self.index.samples.index(entry))


def read_samples(folder: Path) -> Samples:
    """The samples in `folder`; GatewayError `data_invalid` naming file and line where there is no usable index."""
    path = folder / INDEX
    if not path.exists():
        raise GatewayError("data_invalid", file=str(path), line="1", reason="there are no samples")
    file = rulefile.read(path)
    return Samples(folder, file, file.convert(file.data, Index))


def document_of(path: Path, after_address: str = "") -> Document:
    """The document in a file; GatewayError `data_invalid` where it cannot be read."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise GatewayError("data_invalid", file=str(path), line="1", reason=f"it cannot be read: {error}") from None
    media_type = _MEDIA_TYPES.get(path.suffix, _XML)
    return Document(body, media_type, {PATH: after_address} if after_address else {})
