"""Statements that lie on a party's SFTP server: listed, read from any place on, moved aside when they were taken.

The server proves itself by the one host key that was agreed: nothing is believed on first use. What is there under a
name that says "not whole", or has another size a moment later, is left alone.
"""

import base64
import io
import posixpath
import socket
import stat
import threading
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.pkey import UnknownKeyType

from gateway.errors import GatewayError
from gateway.points import passing
from gateway.ports import RemoteFile

TAKEN = "taken"
_NOT_WHOLE = (".part", ".tmp", ".filepart")
_LONGEST = 200
_PORT = 22
_SECONDS = 15.0
_CHUNK = 1 << 17
_SETTLES = 2.0
_KEYS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """Where a party's statements lie. `host_key`: `ssh-ed25519 AAAA...`; a password, or the file of a private key."""

    party: str
    host: str
    port: int
    user: str
    folder: str
    host_key: paramiko.PKey
    secret: str = field(default="", repr=False)
    key_file: str = ""
    settles: float = _SETTLES


def place_of(party: str, setting: Callable[[str], str]) -> SftpPlace | None:
    """The place that the settings of a party name, None where they name none; GatewayError `setting_invalid`.

    `setting`: the value of PARTY_<ID>_STATEMENT_SFTP_<name>, and of _URL itself; "" where it is not set.
    """
    if not (url := setting("URL")):
        return None
    parts = urlsplit(url)
    if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.password:
        raise _wrong(party, "URL", "an address such as sftp://user@host:22/folder, without a password in it")
    if not setting("SECRET") and not setting("KEY"):
        raise _wrong(party, "SECRET", "the password, or with _KEY the file of a private key")
    folder, user = unquote(parts.path) or "/", unquote(parts.username)
    key = _host_key(party, setting("HOST_KEY"))
    return SftpPlace(party, parts.hostname, parts.port or _PORT, user, folder, key, setting("SECRET"), setting("KEY"))


class SftpFiles:
    """The files of one connection."""

    def __init__(self, place: SftpPlace, client: paramiko.SFTPClient) -> None:
        self._place, self._client = place, client

    def waiting(self) -> list[RemoteFile]:
        """The files that are whole: neither their size nor their time changes while we look."""
        first = self._listed()
        if not first:
            return []
        threading.Event().wait(self._place.settles)
        again = set(self._listed())
        return [each for each in first if each in again]

    def read(self, file: RemoteFile, start: int) -> Iterator[bytes]:
        """The bytes from `start` on; GatewayError `unavailable` where it breaks off, or is another file by now."""
        with _told(self._place), self._client.open(self._path(file.name), "rb") as opened:
            opened.seek(start)
            while chunk := opened.read(_CHUNK):
                yield chunk
        if self._now(file.name) != file:
            raise GatewayError("unavailable", reason=f"a file of {self._place.party} changed while it was read")

    def put_away(self, file: RemoteFile) -> bool:
        """Move a file that was taken into `taken`; False where the server does not allow that."""
        aside = posixpath.join(self._place.folder, TAKEN)
        with suppress(OSError):
            self._client.mkdir(aside)
        target = posixpath.join(aside, file.name)
        with suppress(OSError):
            self._client.stat(target)
            target = posixpath.join(aside, f"{file.modified}-{file.name}")
        try:
            self._client.rename(self._path(file.name), target)
        except (OSError, paramiko.SSHException):
            return False
        return True

    def make(self) -> None:
        """Make the folder, and the one that it lies in, where they are not there."""
        for folder in (posixpath.dirname(self._place.folder), self._place.folder):
            with suppress(OSError):
                self._client.mkdir(folder)

    def put(self, name: str, body: bytes) -> int:
        """Lay a file down under a name that is there only when it is whole; how many bytes the server has of it.

        One that lies there with as many bytes is the same one and is left as it is. GatewayError `unavailable`.
        """
        with _told(self._place):
            with suppress(OSError):
                self._client.mkdir(self._place.folder)
            with suppress(OSError):
                if (self._client.stat(self._path(name)).st_size or 0) == len(body):
                    return len(body)
            being = self._path(f"{name}{_NOT_WHOLE[0]}")
            with self._client.open(being, "wb") as file:
                file.write(body)
            self._client.posix_rename(being, self._path(name))
            return self._client.stat(self._path(name)).st_size or 0

    def _listed(self) -> list[RemoteFile]:
        with _told(self._place):
            found = self._client.listdir_attr(self._place.folder)
        files = [each for each in found if stat.S_ISREG(each.st_mode or 0) and _is_whole(each.filename)]
        return sorted(
            (RemoteFile(each.filename, each.st_size or 0, each.st_mtime or 0) for each in files),
            key=lambda file: file.name,
        )

    def _now(self, name: str) -> RemoteFile:
        with _told(self._place):
            found = self._client.stat(self._path(name))
        return RemoteFile(name, found.st_size or 0, found.st_mtime or 0)

    def _path(self, name: str) -> str:
        return posixpath.join(self._place.folder, name)


@contextmanager
def opened(place: SftpPlace) -> Iterator[SftpFiles]:
    """A connection to the server that has the agreed key.

    GatewayError `sftp_host_key` where it has another one (nothing was sent to it then), `unavailable`.
    """
    passing(f"call.{place.party}.Statement.before")
    line: paramiko.Transport | None = None
    try:
        line = _line(place)
        client = paramiko.SFTPClient.from_transport(line)
        if client is None:
            raise GatewayError("unavailable", reason=f"{place.party} has no SFTP")
        channel = client.get_channel()
        if channel is not None:
            channel.settimeout(_SECONDS)
        yield SftpFiles(place, client)
    finally:
        if line is not None:
            line.close()
        passing(f"call.{place.party}.Statement.after")


def sources(
    settings: Mapping[str, str], parties: Iterable[str]
) -> Mapping[str, Callable[[], AbstractContextManager[SftpFiles]]]:
    """How to open the place of each party that has one; GatewayError `setting_invalid`."""
    places = (place_of(party, partial(_value, settings, party)) for party in parties)
    return {place.party: partial(opened, place) for place in places if place is not None}


@contextmanager
def opened_within(place: SftpPlace) -> Iterator[SftpFiles]:
    """A connection to a folder that is made where it is not there; errors as of `opened`."""
    with opened(place) as files:
        files.make()
        yield files


def _value(settings: Mapping[str, str], party: str, name: str) -> str:
    return settings.get(_setting(party, name), "")


def _line(place: SftpPlace) -> paramiko.Transport:
    with _told(place):
        line = paramiko.Transport(socket.create_connection((place.host, place.port), _SECONDS))
    line.banner_timeout = line.handshake_timeout = line.auth_timeout = _SECONDS
    try:
        # Of several keys a server shows the one of the kind that it is asked for.
        line.get_security_options().key_types = (*_kinds(place.host_key),)
        with _told(place):
            line.start_client(timeout=_SECONDS)
        _check_key(line, place)
        with _told(place):
            _sign_in(line, place)
    except BaseException:
        line.close()
        raise
    return line


def _check_key(line: paramiko.Transport, place: SftpPlace) -> None:
    if line.get_remote_server_key().asbytes() != place.host_key.asbytes():
        raise GatewayError("sftp_host_key", party=place.party)


def _sign_in(line: paramiko.Transport, place: SftpPlace) -> None:
    if place.key_file:
        line.auth_publickey(place.user, _private_key(place))
    else:
        line.auth_password(place.user, place.secret)


def _kinds(key: paramiko.PKey) -> tuple[str, ...]:
    return ("rsa-sha2-512", "rsa-sha2-256") if key.get_name() == "ssh-rsa" else (key.get_name(),)


def _private_key(place: SftpPlace) -> paramiko.PKey:
    text = Path(place.key_file).read_text(encoding="ascii")
    for kind in _KEYS:
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text), place.secret or None)
    raise _wrong(place.party, "KEY", "a private key in the form of OpenSSH or PEM (its password is _SECRET)")


def _host_key(party: str, text: str) -> paramiko.PKey:
    kind, _, encoded = text.strip().partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded.split(" ")[0], validate=True))
    except (paramiko.SSHException, UnknownKeyType, Base64Error, ValueError):
        expected = "the key of the server as it stands in known_hosts, such as `ssh-ed25519 AAAA...`"
        raise _wrong(party, "HOST_KEY", expected) from None


@contextmanager
def _told(place: SftpPlace) -> Iterator[None]:
    """What the library and the network say, as an error of the catalogue."""
    try:
        yield
    except paramiko.AuthenticationException:
        raise GatewayError("unavailable", reason=f"{place.party} does not let us in") from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise GatewayError("unavailable", reason=f"the SFTP of {place.party}: {type(error).__name__}") from None


def _is_whole(name: str) -> bool:
    """By the convention of drop folders; a name that is no plain name is nobody's file."""
    plain = "/" not in name and "\\" not in name and name.isprintable() and len(name.encode()) <= _LONGEST
    return plain and not name.startswith(".") and not name.lower().endswith(_NOT_WHOLE)


def _setting(party: str, name: str) -> str:
    return f"PARTY_{party.upper().replace('-', '_')}_STATEMENT_SFTP_{name}"


def _wrong(party: str, name: str, reason: str) -> GatewayError:
    return GatewayError("setting_invalid", name=_setting(party, name), reason=reason)
