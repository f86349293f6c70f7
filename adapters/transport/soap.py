"""What SOAP adds to a post: the SOAPAction of the contract, and WS-Security credentials (OASIS UsernameToken 1.1).

zeep makes and signs the security header; the body is the dialect's, and the answer goes back as it came.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from zeep.exceptions import Error
from zeep.loader import parse_xml
from zeep.settings import Settings
from zeep.wsdl.utils import etree_to_string
from zeep.wsse.username import UsernameToken

from adapters.transport.exchange import Answer, Call, Transport, UnsentError
from gateway.ports import Document, Now

_STRICT = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
_PASSWORD = re.compile(rb"(<(?:[\w.-]+:)?Password\b[^>]*>)[^<]*(</)")
_NONCE = re.compile(rb"(<(?:[\w.-]+:)?Nonce\b[^>]*>)[^<]*(</)")


class Signer(Protocol):
    """What zeep's WS-Security plugins have in common."""

    def apply(self, envelope: object, headers: dict[str, str]) -> tuple[object, dict[str, str]]:
        """Add the security header to a parsed envelope."""
        ...


def username_token(user: str, secret: str, now: Now) -> Callable[[], Signer]:
    """Makes a token with PasswordDigest, Nonce and Created for each message; a nonce serves once."""

    def fresh() -> Signer:
        # zeep takes the figures of `created` for UTC whatever their offset says.
        created = now().astimezone(UTC)
        return UsernameToken(  # type: ignore[no-untyped-call]  # zeep has types for a part of itself only
            user, secret, use_digest=True, created=created, zulu_timestamp=True
        )

    return fresh


def blank_token(document: Document) -> bytes:
    """The document with password digests and nonces blanked: together they let a password be guessed off line."""
    return _NONCE.sub(rb"\1\2", _PASSWORD.sub(rb"\1\2", document.body))


class SoapTransport:
    """Posts envelopes that a dialect wrote. `actions`: SOAPAction by message, from the contract; else the dialect's.

    `signer`: makes the WS-Security header of one message; None where credentials stand elsewhere. A signed envelope
    leaves in UTF-8 whatever it was written in.
    """

    def __init__(
        self,
        inner: Transport,
        actions: Mapping[str, str],
        signer: Callable[[], Signer] | None = None,
    ) -> None:
        self._inner = inner
        self._actions = actions
        self._signer = signer

    def post(self, document: Document, call: Call) -> Answer:
        """The raw answer to the envelope in `document`; errors as the inner transport."""
        headers = {name: value for name, value in document.headers.items() if name.lower() != "soapaction"}
        action = self._actions.get(call.message)
        if action is not None:
            headers["SOAPAction"] = f'"{action}"'
        else:
            headers |= {name: value for name, value in document.headers.items() if name.lower() == "soapaction"}
        return self._inner.post(Document(self._signed(document.body), document.media_type, headers), call)

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)

    def _signed(self, envelope: bytes) -> bytes:
        if self._signer is None:
            return envelope
        try:
            tree = parse_xml(envelope, None, settings=_STRICT)  # type: ignore[arg-type]  # bytes, so that the declaration counts
        except Error as error:
            raise UnsentError("the envelope to be signed is not well-formed XML") from error
        signed, _ = self._signer().apply(tree, {})
        return bytes(etree_to_string(signed))  # type: ignore[no-untyped-call]  # as above
