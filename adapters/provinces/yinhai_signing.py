"""The signed header of `callBusiness`: RSA-SHA1 over the document inside without its spaces (seen: wire 2 D2).

The recipe is theirs. It leaves every space unsigned, and SHA-1 is no longer strong: what protects the call is TLS.
"""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.transport.exchange import Answer, Call, Transport
from gateway.errors import GatewayError
from gateway.mapping.syntax_string_soap import header, held, local
from gateway.ports import Document
from gateway.security.xml import parse_text

_HEADER, _BODY = "<soapenv:Header>", "<soapenv:Body>"
_UNUSED = "0"

Sign = Callable[[str], str]
"""The signature over a document inside, in Base64."""


def signer(key: str, party: str) -> Sign:
    """Signs with the private key in PEM; GatewayError `setting_invalid` where it is none."""
    try:
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, RSAPrivateKey):
        raise GatewayError("setting_invalid", name=party, reason="its secret is not an RSA private key in PEM")

    def sign(inner: str) -> str:
        # Their algorithm: the choice is not ours.
        made = private.sign(inner.replace(" ", "").encode(), PKCS1v15(), SHA1())  # noqa: S303 - the party verifies SHA-1
        return base64.b64encode(made).decode()

    return sign


def signed(document: Document, sign: Sign) -> Document:
    """A document of ours with the signed header in the place of user and password."""
    text = document.body.decode()
    head, body = parse_text(text)
    system = head[0]
    plain = {local(child): child.text or "" for child in system}
    inner = held(body[0])
    told = {"systemKey": plain["userName"], "source": inner, "signature": sign(inner), "jybh": plain["jybh"]}
    told |= {name: plain[name] for name in ("jylsh", "jyyzm") if plain[name] != _UNUSED}
    made = header(system.tag.removeprefix("{").partition("}")[0], told)
    return replace(document, body=(text[: text.index(_HEADER)] + made + text[text.index(_BODY) :]).encode())


class SignedTransport:
    """Signs every document, and hands it on as it will be sent: the journal sees the signature."""

    def __init__(self, inner: Transport, sign: Sign) -> None:
        self._inner = inner
        self._sign = sign

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport, signed."""
        return self._inner.post(signed(document, self._sign), call)

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)
