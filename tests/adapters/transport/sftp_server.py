"""A real SFTP server on the loopback, over a folder: the library's own server side."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_CONNECTION_LOST, SFTP_EOF, SFTP_OK, SFTP_PERMISSION_DENIED

USER, PASSWORD = "gateway", "s3cret"


@dataclass
class Terms:
    """`breaks_after`: bytes of file content after which the line breaks, once; `movable`: whether files may be moved.

    `key`: of the client, where it may come without the password.
    """

    folder: Path
    host_key: paramiko.PKey = field(default_factory=paramiko.ECDSAKey.generate)
    key: paramiko.PKey | None = None
    movable: bool = True
    breaks_after: int | None = None
    sent: int = 0
    signed_in: int = 0
    port: int = 0

    @property
    def shown(self) -> str:
        """The key of the server as it stands in known_hosts."""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"


class _Door(paramiko.ServerInterface):
    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        self._terms.signed_in += 1
        fits = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._terms.signed_in += 1
        fits = username == USER and self._terms.key is not None and key.asbytes() == self._terms.key.asbytes()
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, files: "_Files", path: Path, flags: int) -> None:
        super().__init__(flags)
        self._files = files
        self._file = path.open("wb" if flags & os.O_CREAT else "rb")

    def close(self) -> None:
        self._file.close()

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._file.fileno()))

    def write(self, offset: int, data: Any) -> int:
        self._file.seek(offset)
        self._file.write(data)
        return SFTP_OK

    def read(self, offset: int, length: int) -> Any:
        terms = self._files.terms
        if terms.breaks_after is not None and offset + length > terms.breaks_after:
            length = max(0, terms.breaks_after - offset)
            if not length:
                terms.breaks_after = None
                self._files.line.close()
                return SFTP_CONNECTION_LOST
        self._file.seek(offset)
        found = self._file.read(length)
        terms.sent += len(found)
        return found or SFTP_EOF


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, terms: Terms, line: paramiko.Transport) -> None:
        super().__init__(server)
        self.terms, self.line = terms, line

    def _path(self, path: str) -> Path:
        return self.terms.folder / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        found = []
        for each in sorted(self._path(path).iterdir()):
            attributes = paramiko.SFTPAttributes.from_stat(each.stat())
            attributes.filename = each.name
            found.append(attributes)
        return found

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        return _Handle(self, self._path(path), flags)

    def mkdir(self, path: str, attr: Any) -> int:
        if not self.terms.movable:
            return SFTP_PERMISSION_DENIED
        self._path(path).mkdir(exist_ok=True)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        if not self.terms.movable:
            return SFTP_PERMISSION_DENIED
        self._path(oldpath).rename(self._path(newpath))
        return SFTP_OK

    posix_rename = rename


@contextmanager
def sftp_serving(terms: Terms) -> Iterator[Terms]:
    """The server, until the block ends; `terms.port` is where it listens."""
    listener = socket.create_server(("127.0.0.1", 0))
    terms.port = listener.getsockname()[1]
    lines: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            line = paramiko.Transport(sock)
            lines.append(line)
            line.add_server_key(terms.host_key)
            line.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, terms, line)
            with suppress(paramiko.SSHException, EOFError, OSError):  # whoever hangs up is not the server's fault
                line.start_server(server=_Door(terms))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield terms
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for line in lines:
            line.close()
            line.join(5)
