"""How files of differences go to a party, and where its answers lie: a folder, its SFTP server, or a levy exchange."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from adapters.transport.difference_exchange import ExchangeOutlet, answers_of
from adapters.transport.http import HttpTransport, Terms
from adapters.transport.sftp import SftpPlace, opened, opened_within, place_of
from gateway.errors import GatewayError
from gateway.ports import Now, Outlet, RemoteFiles

FOLDER, ANSWERS = "differences", "answers"


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


def outlets(settings: Mapping[str, str], parties: Iterable[str], var: Path, now: Now) -> Mapping[str, Outlet]:
    """The way to each party: what PARTY_<ID>_DIFFERENCES_URL names, else its SFTP server, else a folder of ours.

    GatewayError `setting_invalid`.
    """
    return {party: _outlet(settings, party, var, now) for party in parties}


def answer_sources(
    found: Mapping[str, Outlet],
) -> Mapping[str, Callable[[], AbstractContextManager[RemoteFiles]]]:
    """How to open the place where each party leaves its answers: `answers` below its files, or the exchange itself."""
    sources = {party: _answers(outlet) for party, outlet in found.items()}
    return {party: source for party, source in sources.items() if source is not None}


def _answers(outlet: Outlet) -> Callable[[], AbstractContextManager[RemoteFiles]] | None:
    match outlet:
        case SftpOutlet(place=place):
            return partial(opened_within, replace(place, folder=f"{place.folder.rstrip('/')}/{ANSWERS}"))
        case ExchangeOutlet():
            return answers_of(outlet)
    return None


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
