"""Our contract at our own door: envelopes in every version of it, opened before their sender is known."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from lxml import etree

from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import OLDEST, VERSIONS
from gateway.mapping.soap import Version
from gateway.mapping.soap_plain import plain_envelope
from gateway.model.messages import Message
from gateway.ports import Control, Document


@dataclass(frozen=True, slots=True)
class Arrived:
    """An envelope whose sender can be authenticated before anything of its content is believed.

    `version`: of SOAP; `dialect`: of the contract's version that it is written in, the oldest where that is none of
    them; `header`: for a user name in it, None where there is none. `carried`: whether the contract has what it holds,
    whatever stands in it. `understand` gives the request in it, or raises as `GatewayDialect.understand`.
    """

    name: str
    version: Version
    dialect: GatewayDialect
    header: etree._Element | None
    carried: bool
    understand: Callable[[], tuple[Message, Control]]


class ServedContract:
    """Every version of the contract at one door: a caller is answered in the version in which it asks.

    `served`: the messages that are taken there, where it is not all of them; a caller of something else is told these.
    """

    def __init__(self, served: Collection[str] | None = None) -> None:
        self._dialects = {version.namespace: GatewayDialect(version, served) for version in VERSIONS.values()}
        self.oldest = self._dialects[OLDEST.namespace]

    def open(self, document: Document) -> Arrived:
        """The envelope of `document`; GatewayError as `open_envelope`."""
        return self._plain(document) or self._parsed(document)

    def _plain(self, document: Document) -> Arrived | None:
        """Of one that is written plainly: taken apart without a parser, and read at once, since that costs no more."""
        plain = plain_envelope(document.body, document.media_type)
        dialect = plain and self._dialects.get(plain.payload.namespace)
        understood = plain and dialect and dialect.of_plain(plain)
        if not (plain and dialect and understood):
            return None
        return Arrived(plain.payload.name, plain.version, dialect, None, carried=True, understand=lambda: understood)

    def _parsed(self, document: Document) -> Arrived:
        opened = self.oldest.open(document)
        dialect = self._dialects.get(opened.namespace, self.oldest)
        understand = partial(dialect.understand, opened)
        return Arrived(opened.name, opened.version, dialect, opened.header, dialect.carries(opened), understand)
