"""What SOAP adds to a post: the SOAPAction of the contract, and WS-Security credentials (OASIS UsernameToken 1.1).

The body is the dialect's, and the answer goes back as it came. Into an envelope that our own module wrote the security
header is put as it is; only into others zeep, which has to take the envelope apart for it.
"""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC
from html import escape

from zeep.exceptions import Error
from zeep.loader import parse_xml
from zeep.ns import WSSE, WSU
from zeep.settings import Settings
from zeep.wsdl.utils import etree_to_string, get_or_create_header

from adapters.transport.exchange import Call, Dressing, Transport, UnsentError
from gateway.mapping.soap import with_block
from gateway.ports import Document, Now

_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_MESSAGE_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
_STRICT = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
_PASSWORD = re.compile(rb"(<(?:[\w.-]+:)?Password\b[^>]*>)[^<]*(</)")
_NONCE = re.compile(rb"(<(?:[\w.-]+:)?Nonce\b[^>]*>)[^<]*(</)")


Signer = Callable[[], bytes]
"""Makes the security header of one message, an element in UTF-8 with its own namespaces."""


def username_token(user: str, secret: str, now: Now) -> Signer:
    """Makes a token with PasswordDigest, Nonce and Created for each message; a nonce serves once (section 3.1)."""
    name = escape(user)

    def fresh() -> bytes:
        nonce, created = os.urandom(16), now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # The profile leaves no choice of the hash.
        hashed = hashlib.sha1(nonce + created.encode() + secret.encode(), usedforsecurity=False)
        digest, shown = b64encode(hashed.digest()).decode(), b64encode(nonce).decode()
        return (
            f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsse:UsernameToken>'
            f"<wsse:Username>{name}</wsse:Username>"
            f'<wsse:Password Type="{_PROFILE}#PasswordDigest">{digest}</wsse:Password>'
            f'<wsse:Nonce EncodingType="{_MESSAGE_SECURITY}#Base64Binary">{shown}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        ).encode()

    return fresh


def blank_token(document: Document) -> bytes:
    """The document with password digests and nonces blanked: together they let a password be guessed off line."""
    return _NONCE.sub(rb"\1\2", _PASSWORD.sub(rb"\1\2", document.body))


class SoapTransport(Dressing):
    """Posts envelopes that a dialect wrote. `actions`: SOAPAction by message, from the contract; else the dialect's.

    `signer`: makes the WS-Security header of one message; None where credentials stand elsewhere. A signed envelope
    leaves in UTF-8 whatever it was written in.
    """

    def __init__(
        self,
        inner: Transport,
        actions: Mapping[str, str],
        signer: Signer | None = None,
    ) -> None:
        super().__init__(inner)
        self._actions = actions
        self._signer = signer

    def dressed(self, document: Document, call: Call) -> Document:
        """The envelope in `document` with its action and its token."""
        headers = {name: value for name, value in document.headers.items() if name.lower() != "soapaction"}
        action = self._actions.get(call.message)
        if action is not None:
            headers["SOAPAction"] = f'"{action}"'
        else:
            headers |= {name: value for name, value in document.headers.items() if name.lower() == "soapaction"}
        return Document(self._signed(document.body), document.media_type, headers)

    def _signed(self, envelope: bytes) -> bytes:
        if self._signer is None:
            return envelope
        try:
            return with_block(envelope, self._signer())
        except ValueError:
            # Written by somebody else: where its headers stand, or whether it has any, a parser has to find out.
            return _placed(envelope, self._signer())


def _placed(envelope: bytes, security: bytes) -> bytes:
    try:
        tree = parse_xml(envelope, None, settings=_STRICT)  # type: ignore[arg-type]  # bytes, so that the declaration counts
    except Error as error:
        raise UnsentError("the envelope to be signed is not well-formed XML") from error
    get_or_create_header(tree).append(parse_xml(security, None, settings=_STRICT))  # type: ignore[no-untyped-call,arg-type]  # zeep has types for a part of itself only
    return bytes(etree_to_string(tree))  # type: ignore[no-untyped-call]  # as above
