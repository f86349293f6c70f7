"""Putting a party together: what every family starts from, and the transports that credentials decide on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

from adapters.party.profile import Profile
from adapters.transport.exchange import Transport
from adapters.transport.folder import FolderTransport
from adapters.transport.http import HttpTransport, Terms
from adapters.transport.record import Blank, RecordedTransport, as_it_is
from adapters.transport.soap import SoapTransport, blank_token, username_token
from adapters.transport.tables import TableTransport
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Dialect, Document, Journal, Now, Sessions


@runtime_checkable
class Blanks(Protocol):
    """A dialect that writes credentials and says where they stand."""

    def blank(self, document: Document) -> bytes:
        """The bytes of `document` with every credential blanked."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a family needs to make one of its parties. `actions`: SOAPAction by message, from the contract."""

    profile: Profile
    dialect: Dialect
    address: str
    journal: Journal
    now: Now
    secret: str = field(default="", repr=False)
    terms: Terms = field(default_factory=Terms)
    actions: Mapping[str, str] = field(default_factory=dict)
    sessions: Sessions | None = None


def setting_name(party: str, what: str) -> str:
    """The name of a party's setting: `PARTY_TAX_HUNAN_URL` for `tax-hunan` and `URL`."""
    return f"PARTY_{party.upper().replace('-', '_')}_{what}"


def recorded(parts: Parts, dress: Callable[[Transport], Transport] = lambda line: line) -> Transport:
    """The way to the party, every byte in the journal; `dress` adds what need not be in it, such as a signature."""
    return RecordedTransport(dress(_line(parts)), parts.profile.id, parts.journal, parts.now, _blank(parts))


def _line(parts: Parts) -> Transport:
    """Its address says by which way a party is reached: HTTP, files in a folder, or a table of a shared database."""
    profile, address = parts.profile, urlsplit(parts.address)
    if address.scheme == "folder":
        return FolderTransport(profile.id, Path(unquote(address.path)), parts.now, profile.reply_limit)
    if profile.table is not None:
        return TableTransport(profile.id, parts.address, parts.now, profile.table, written_in(parts.dialect))
    return HttpTransport(profile.id, parts.address, parts.now, parts.terms)


def written_in(dialect: Dialect) -> str:
    """The encoding of a dialect; those without tables, our contract and what platforms are told, are in UTF-8."""
    return dialect.encoding if isinstance(dialect, TableDialect) else "utf-8"


def transport(parts: Parts) -> Transport:
    """The transport for the party's kind of credentials: SOAP where a token or a contract says so, else plain posts."""
    signer = None
    if parts.profile.credentials == "username_token":
        signer = username_token(parts.profile.user, parts.secret, parts.now)
    line = recorded(parts)
    return SoapTransport(line, parts.actions, signer) if signer or parts.actions else line


def _blank(parts: Parts) -> Blank:
    """How the journal's copy loses its credentials; a dialect that writes them must say where."""
    profile, dialect = parts.profile, parts.dialect
    if profile.credentials == "username_token":
        return blank_token
    if profile.credentials != "in_message":
        return as_it_is
    if isinstance(dialect, Blanks):
        return dialect.blank
    reason = f"the dialect {profile.dialect.name} writes credentials and does not say where they stand"
    raise GatewayError("setting_invalid", name=profile.id, reason=reason)
