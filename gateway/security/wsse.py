"""WS-Security UsernameToken Profile 1.1 in requests that come to us: password digest or text, nonce, creation time."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NoReturn

from lxml import etree

from gateway.errors import GatewayError
from gateway.security.replay import ReplayGuard

WINDOW = timedelta(minutes=5)

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
_WSU = f"{{{_WSS}wssecurity-utility-1.0.xsd}}"
_DIGEST = f"{_WSS}username-token-profile-1.0#PasswordDigest"
_PLAIN = f"{_WSS}username-token-profile-1.0#PasswordText"
_BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"
_LONGEST = 256
_NONCE_BYTES = range(8, 129)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a party was given, and the form in which it has to send the password."""

    secret: str = field(repr=False)
    form: Literal["digest", "text"] = "digest"


@dataclass(frozen=True, slots=True)
class _Token:
    user: str
    password: str
    form: str
    nonce: str
    created: str


_NOBODY = Credential("")


@dataclass(frozen=True, slots=True)
class UsernameCheck:
    """Checks UsernameTokens. `credential_of` gives what the named user was given, None for an unknown one."""

    credential_of: Callable[[str], Credential | None]
    replays: ReplayGuard

    def user(self, header: etree._Element, now: datetime) -> str:
        """The user that the token in a SOAP `Header` (or `Security`) element proves.

        GatewayError `authentication_needed`; an unknown user and a wrong password are told in the same words.
        """
        token = _token(header)
        credential = self.credential_of(token.user)
        nonce = _nonce(token, required=token.form == _DIGEST)
        until = _check_created(token, now, required=bool(nonce))
        if not _proves(token, credential or _NOBODY, nonce) or credential is None:
            _refuse("the user name or the password is wrong, or the password is not sent in the agreed form")
        if nonce:
            used = hashlib.sha256(token.user.encode() + b"\x00" + nonce).hexdigest()
            if not self.replays.first_use(f"wsse:{used}", until):
                _refuse("the nonce was used before; take a new one for each request")
        return token.user


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """Base64 of SHA-1 over nonce, created and password (UsernameToken Profile 1.1.1, section 3.1)."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode())  # noqa: S324 - the profile prescribes SHA-1
    return base64.b64encode(digest.digest()).decode("ascii")


def _token(header: etree._Element) -> _Token:
    found = list(header.iter(f"{_WSSE}UsernameToken"))
    if len(found) != 1:
        _refuse("a WS-Security UsernameToken is needed" if not found else "there is more than one UsernameToken")
    parent = found[0].getparent()
    if parent is None or parent.tag != f"{_WSSE}Security":
        _refuse("the UsernameToken must stand in a Security header block")
    password = _one(found[0], f"{_WSSE}Password")
    nonce = _one(found[0], f"{_WSSE}Nonce")
    if nonce is not None and nonce.get("EncodingType", _BASE64) != _BASE64:
        _refuse("the nonce must be in base64")
    return _Token(
        user=_text(_one(found[0], f"{_WSSE}Username")),
        password=_text(password),
        form="" if password is None else str(password.get("Type", _PLAIN)),
        nonce=_text(nonce),
        created=_text(_one(found[0], f"{_WSU}Created")),
    )


def _one(token: etree._Element, name: str) -> etree._Element | None:
    found = token.findall(name)
    if len(found) > 1:
        _refuse("a part of the UsernameToken stands twice")
    return found[0] if found else None


def _text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    text = (element.text or "").strip()
    if len(element) or len(text) > _LONGEST:
        _refuse("a part of the UsernameToken is too long or not a text")
    return text


def _nonce(token: _Token, *, required: bool) -> bytes:
    try:
        nonce = base64.b64decode(token.nonce, validate=True)
    except (binascii.Error, ValueError):
        _refuse("the nonce must be in base64")
    if len(nonce) not in _NONCE_BYTES and (required or nonce):
        _refuse(f"a nonce of {_NONCE_BYTES.start} to {_NONCE_BYTES.stop - 1} bytes is needed")
    return nonce


def _check_created(token: _Token, now: datetime, *, required: bool) -> datetime:
    """Until when the nonce must be remembered: after that, the time alone refuses it."""
    if not token.created and not required:
        return now
    try:
        created = datetime.fromisoformat(token.created)
        # The profile's times are UTC where they name no offset.
        created = created if created.tzinfo else created.replace(tzinfo=UTC)
        late = abs(now - created) > WINDOW
        until = created + WINDOW
    except (ValueError, OverflowError):
        _refuse("Created must be an instant such as 2026-01-31T08:00:00Z")
    if late:
        _refuse("Created lies more than five minutes from now; compare the clocks")
    return until


def _proves(token: _Token, credential: Credential, nonce: bytes) -> bool:
    if credential.form == "digest":
        expected, form = password_digest(nonce, token.created, credential.secret), _DIGEST
    else:
        expected, form = credential.secret, _PLAIN
    same = hmac.compare_digest(expected.encode(), token.password.encode())
    return same and token.form == form and bool(credential.secret)


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("authentication_needed", reason=reason)
