"""The signature of the levy exchange: `sign` in the query string over the body as it is sent (docs/protocols)."""

import hashlib
import hmac

from adapters.transport.exchange import Call, Dressing, Transport
from adapters.transport.http import PATH
from gateway.ports import Document


def signature(key: bytes, body: bytes) -> str:
    """HMAC-SHA256 of the body as it is sent, in lower-case hex."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


class SignedTransport(Dressing):
    """Adds `sign`: HMAC-SHA256 of the body under the key shared with the bureau, in lower-case hex."""

    def __init__(self, inner: Transport, secret: str) -> None:
        super().__init__(inner)
        self._key = secret.encode()

    def dressed(self, document: Document, _call: Call, /) -> Document:
        """The document, signed."""
        sign = signature(self._key, document.body)
        path = document.headers.get(PATH, "")
        signed = f"{path}{'&' if '?' in path else '?'}sign={sign}"
        return Document(document.body, document.media_type, {**document.headers, PATH: signed})
