"""As `tryout`, for parties that speak our own contract: each field is an element, and the WSDL is the rule."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping import canonical_json
from gateway.mapping.check_contract import contracts
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.places import places, plain
from gateway.mapping.trace import ABSENT
from gateway.mapping.tryout import ATTEMPT, Line, Tried
from gateway.mapping.wsdl_reader import read_wsdl
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Document

_HEADER = "Header."


class ContractTryout:
    """Tries documents of one party that speaks `version` of the contract, whose WSDL lies under `mappings`."""

    def __init__(self, version: str, mappings: Path, party: tuple[str, str], now: datetime) -> None:
        self._dialect = GatewayDialect(VERSIONS[version])
        self._folder = Path("dialects") / "gateway" / version
        self._party, self._user = party
        self._now = now
        self._rules = dict[str, str]()
        for path in contracts(mappings / self._folder):
            self._rules |= _rules(path, path.relative_to(mappings).parent)

    def canonical(self, name: str, body: bytes) -> Tried:
        """Our message as JSON, written as the contract says and read back."""
        message: Message = canonical_json.reader(EXCHANGES[name].request)(body)
        try:
            written = self._dialect.write(message, Control(ATTEMPT, self._user, self._party, self._now))
        except GatewayError as error:
            return Tried("ours -> theirs", (), _plain(message), b"", (), str(error.of(self._party)))
        back, _ = self._dialect.read(written)
        notes = [] if back == message else ["what is read back differs"]
        said = places(written)
        return Tried("ours -> theirs -> ours", self._lines(said, said), _plain(message), written.body, notes)

    def theirs(self, name: str, document: Document, about: Document | None = None) -> Tried:
        """Their document, read and written again; a request where `about` is None, else the answer to it."""
        asked: Message | None = None if about is None else self._dialect.read(about)[0]
        try:
            message, control = self._dialect.read(document, asked)
            written = self._dialect.write(message, control, asked)
        except GatewayError as error:
            told = self._lines(places(document), {})
            return Tried("theirs -> ours", told, {}, b"", (), str(error.of(self._party)))
        if about is None and type(message).__name__ != name:
            reason = f"the document is a {type(message).__name__}"
            raise GatewayError("no_place", party=self._party, field="", message=name, reason=reason)
        lines = self._lines(places(document), places(written))
        return Tried("theirs -> ours -> theirs", lines, _plain(message), written.body, ())

    def _lines(self, said: Mapping[str, str], written: Mapping[str, str]) -> list[Line]:
        """A line for each element; the field is what its name says, below the element of the message."""
        made = []
        for place in dict.fromkeys((*said, *written)):
            if place.endswith("@xmlns") or place.startswith(f"{_HEADER}Security"):
                continue
            head = place.startswith(_HEADER)
            here = f"control.{place.rpartition('.')[2]}" if head else place.partition(".")[2]
            given, again = said.get(place, ABSENT), written.get(place, ABSENT)
            rule = self._rules.get(plain(place), str(self._folder / "contract"))
            made.append(Line(place, given, here, given, again, rule))
        return made


def _rules(path: Path, folder: Path) -> dict[str, str]:
    return {
        f"{root.name}.{place}".replace("[]", ""): f"{folder / element.at}"
        for called in read_wsdl(path).operations
        for root in (called.request, called.reply)
        for place, element in root.leaves()
    }


def _plain(message: Message) -> dict[str, object]:
    return canonical_json.writer(type(message))(message)
