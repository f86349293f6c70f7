"""The signed header of `callBusiness`: by one of the keys in the register, over the document inside, and only once.

Nothing in the header is signed: neither the trade nor its serial. So it is the signed document that serves once,
whatever the header around it says now. Whoever wants to ask the same again gives the document a serial of its own.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from gateway.errors import GatewayError
from gateway.mapping.dialect_called import Called
from gateway.security.rsa_sha1 import verifies
from gateway.web.call import Call

# Nothing signed says when it was made, so no day comes on which a copy would be refused for its age. A document with a
# serial of its own is never sent twice by its maker: it is remembered for good. Of one without, the same question is
# rightly asked again on another day, and nobody can tell it from a copy.
_FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)
_WITHOUT_SERIAL = timedelta(days=1)


def check_signature(call: Call, said: Called) -> None:
    """GatewayError `authentication_needed`, `call_repeated` for a document that was taken before."""
    client = call.doors.clients.by_user(said.user)
    # Their algorithm leaves every space out (wire facts, 2 D2).
    signed = said.signed.replace(" ", "").encode()
    if client is None or not any(verifies(key.key, signed, said.signature) for key in client.keys):
        raise GatewayError("authentication_needed", reason="the signature is not by a key of the caller")
    used = hashlib.sha256(client.id.encode() + b"\x00" + signed).hexdigest()
    until = _FOR_GOOD if said.serial else call.runtime.now() + _WITHOUT_SERIAL
    if not call.doors.usernames.replays.first_use(f"signed:{used}", until):
        raise GatewayError("call_repeated")
