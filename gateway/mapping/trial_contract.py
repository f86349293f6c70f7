"""As `trial`, for parties that speak our own contract: its samples are those of its version, its rule is the WSDL."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.places import places
from gateway.mapping.trial import READ, REFUSALS, Ask, Exchanged, Finding, Heard
from gateway.mapping.trial_words import told
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Document

_MEDIA_TYPE = "text/xml; charset=utf-8"
_REQUEST, _ANSWER = ".request.xml", ".answer.xml"


class ContractTrial:
    """The test of one version of the contract, whose samples lie under `mappings`."""

    def __init__(self, version: str, mappings: Path, now: datetime) -> None:
        self._dialect = GatewayDialect(VERSIONS[version])
        self._folder = mappings / "dialects" / "gateway" / version / "samples"
        self._now = now

    def played(self, party: str, carried: Collection[str]) -> Iterator[Exchanged]:
        """Every sample request written anew for the party and held against the sample, and every answer read."""
        for name, path in self._requests():
            if name not in carried:
                yield _left_out(name, path)
                continue
            message, control = self._dialect.read(_document(path))
            written = self._dialect.write(message, Control(control.message_id, control.sender, party, self._now))
            findings = [*_unlike(name, path, written), *self._read(name, message)]
            yield Exchanged(name, path.name, tuple(findings))

    def asked(self, ask: Ask, carried: Collection[str], *, changes: bool) -> Iterator[Exchanged]:
        """Every sample request whose message the party takes, sent to it; what changes something only if `changes`."""
        for name, path in self._requests():
            if name not in carried:
                yield _left_out(name, path)
            elif EXCHANGES[name].changes and not changes:
                yield Exchanged(name, path.name, note="it changes something; sent with --changes only")
            else:
                heard = ask(self._dialect.read(_document(path))[0])
                said = f"it says {heard.error.kind.code}" if heard.error is not None and heard.documents else ""
                yield Exchanged(name, path.name, tuple(_compared(name, path, heard)), said)

    def _requests(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self._folder.glob(f"*{_REQUEST}")):
            yield path.name.removesuffix(_REQUEST), path

    def _read(self, name: str, message: Message) -> Iterator[Finding]:
        path = self._folder / f"{name}{_ANSWER}"
        if not path.exists():
            return
        try:
            self._dialect.read(_document(path), message)
        except GatewayError as error:
            yield Finding(name, path.name, "(answer)", READ, str(error))


def _document(path: Path) -> Document:
    return Document(path.read_bytes(), _MEDIA_TYPE)


def _left_out(name: str, path: Path) -> Exchanged:
    return Exchanged(name, path.name, note="not a message that the party takes")


def _unlike(name: str, path: Path, written: Document) -> Iterator[Finding]:
    """Places below the body where what is written is not what the sample says; its head is another call's."""
    expected, found = (_body(places(each)) for each in (_document(path), written))
    for place in dict.fromkeys((*expected, *found)):
        one, other = expected.get(place, "(absent)"), found.get(place, "(absent)")
        if one != other:
            yield Finding(name, path.name, f"request {place}", one, other)


def _body(said: Mapping[str, str]) -> Mapping[str, str]:
    return {place: text for place, text in said.items() if not place.startswith("Header.")}


def _compared(name: str, path: Path, heard: Heard) -> Iterator[Finding]:
    """The contract is closed: what it does not allow, its schema names with each place."""
    error = heard.error
    if not heard.documents:
        yield Finding(name, path.name, "(connection)", "an answer", str(error or "none"))
    elif error is not None and error.kind.code not in REFUSALS:
        yield Finding(name, path.name, error.params.get("field", "(answer)"), READ, told(error, heard.documents[-1]))
