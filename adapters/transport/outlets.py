"""How files of differences go to a party: into a folder, onto its SFTP server, or by HTTP to a levy exchange."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.http import PATH, HttpTransport, Terms
from adapters.transport.sftp import SftpFiles, SftpPlace, opened, opened_within, place_of
from gateway.errors import GatewayError
from gateway.ports import Document, Now, Outlet

FOLDER, ANSWERS = "differences", "answers"
API = "/v1/differences"
_SECONDS = timedelta(seconds=30)
_OK = 200
_USER = "gateway"
_JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class FolderOutlet:
    """Files appear in a folder that somebody takes them from, whole, by a rename."""

    folder: Path
    way: str = "folder"

    def send(self, name: str, body: bytes) -> str:
        """Lay a file down; one of that name that lies there is the same one. GatewayError `unavailable`."""
        hidden = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with hidden.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            hidden.rename(self.folder / name)
        except OSError as error:
            raise GatewayError("unavailable", reason=f"the folder of differences: {error.strerror}") from None
        return f"{name}: {len(body)} bytes"


@dataclass(frozen=True, slots=True)
class SftpOutlet:
    """Files are put onto the party's SFTP server."""

    place: SftpPlace
    way: str = "sftp"

    def send(self, name: str, body: bytes) -> str:
        """Put a file; what the server says that it has of it. GatewayError `unavailable`, `sftp_host_key`."""
        with opened(self.place) as files:
            there = files.put(name, body)
        if there != len(body):
            raise GatewayError("unavailable", reason=f"{self.place.party} has {there} of {len(body)} bytes")
        return f"{name}: {there} bytes"


@dataclass(frozen=True, slots=True)
class ExchangeOutlet:
    """Files are uploaded to a levy exchange (docs/protocols/levy-exchange.md, section 3.9)."""

    party: str
    transport: HttpTransport
    secret: str
    now: Now
    way: str = "http"

    def send(self, name: str, body: bytes) -> str:
        """Upload a file; the number under which it was received. GatewayError as of Outlet."""
        number = secrets.token_hex(16)
        stamp = {"timestamp": int(self.now().timestamp() * 1000), "api": API}
        told = {"wjm": name, "wjzy": hashlib.sha256(body).hexdigest(), "wjnr": base64.b64encode(body).decode()}
        document = json.dumps({"head": {"requestId": number, **stamp}, "body": told}).encode()
        sign = hmac.new(self.secret.encode(), document, hashlib.sha256).hexdigest()
        asked = {"requestId": number, "clientVersion": "1.0", "appId": _USER, "sign": sign}
        sent = Document(document, _JSON, {PATH: f"{API}?{urlencode(asked)}"})
        try:
            return self._read(self.transport.post(sent, Call("Differences", self.now() + _SECONDS)))
        except (UnsentError, UnansweredError) as error:
            raise GatewayError("unavailable", reason=f"{self.party}: {error}") from None

    def _read(self, answer: Answer) -> str:
        try:
            document = json.loads(answer.body)
            code, message = str(document["head"]["errorCode"]), str(document["head"].get("message", ""))
            number = str(document["body"]["hzbh"]) if code == "0" else ""
        except (ValueError, LookupError, TypeError):
            raise GatewayError("unavailable", reason=f"{self.party} gave no answer that can be read") from None
        if answer.status != _OK or code.startswith("5"):
            raise GatewayError("unavailable", reason=f"{self.party}: {answer.status} {code}")
        if not number:
            raise GatewayError("differences_not_taken", party=self.party, reason=f"{code} {message[:200]}")
        return number


def outlets(settings: Mapping[str, str], parties: Iterable[str], var: Path, now: Now) -> Mapping[str, Outlet]:
    """The way to each party: what PARTY_<ID>_DIFFERENCES_URL names, else its SFTP server, else a folder of ours.

    GatewayError `setting_invalid`.
    """
    return {party: _outlet(settings, party, var, now) for party in parties}


def answer_sources(
    found: Mapping[str, Outlet],
) -> Mapping[str, Callable[[], AbstractContextManager[SftpFiles]]]:
    """How to open the place where each party that is told by SFTP leaves its answers: `answers` below its files."""
    places = {
        party: replace(outlet.place, folder=f"{outlet.place.folder.rstrip('/')}/{ANSWERS}")
        for party, outlet in found.items()
        if isinstance(outlet, SftpOutlet)
    }
    return {party: partial(opened_within, place) for party, place in places.items()}


def _outlet(settings: Mapping[str, str], party: str, var: Path, now: Now) -> Outlet:
    prefix = f"PARTY_{party.upper().replace('-', '_')}_"
    url = settings.get(f"{prefix}DIFFERENCES_URL", "")
    place = place_of(party, lambda name: settings.get(f"{prefix}STATEMENT_SFTP_{name}", ""))
    kind = urlsplit(url).scheme
    if not url and place is not None:
        return SftpOutlet(replace(place, folder=f"{place.folder.rstrip('/')}/{FOLDER}"))
    if kind == "sftp":
        given = {"URL": url}
        found = place_of(party, lambda name: given.get(name) or settings.get(f"{prefix}STATEMENT_SFTP_{name}", ""))
        if found is not None:
            return SftpOutlet(found)
    if kind in {"http", "https"}:
        ca_file, certificate, key = (settings.get(f"{prefix}{name}", "") for name in ("CA_FILE", "CERTIFICATE", "KEY"))
        line = HttpTransport(party, url, now, Terms(ca_file=ca_file, certificate=certificate, key=key))
        return ExchangeOutlet(party, line, settings.get(f"{prefix}SECRET", ""), now)
    if url:
        expected = "sftp://user@host:22/folder, or the http(s):// address of a levy exchange"
        raise GatewayError("setting_invalid", name=f"{prefix}DIFFERENCES_URL", reason=expected)
    return FolderOutlet(var / FOLDER / party / "out")
