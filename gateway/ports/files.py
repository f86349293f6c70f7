"""Files that lie at a party, and the way on which files go to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that lies at a party: its name, its size in bytes, and when it was changed, in seconds since 1970."""

    name: str
    size: int
    modified: int


class Outlet(Protocol):
    """The way on which files go to a party: its server, or a folder that it looks into."""

    @property
    def way(self) -> str:
        """What way it is: folder, sftp or http."""

    def send(self, name: str, body: bytes) -> str:
        """Hand a file over, whole; what the party, or its server, says of it.

        The same name with the same bytes again is the same file. GatewayError `unavailable`: try again;
        `differences_not_taken`: it does not want it.
        """


class RemoteFiles(Protocol):
    """The files that a party has laid ready for us, on one connection."""

    def waiting(self) -> Sequence[RemoteFile]:
        """Those that are whole."""

    def read(self, file: RemoteFile, start: int) -> Iterable[bytes]:
        """The bytes from `start` on; GatewayError `unavailable` where that breaks off."""

    def put_away(self, file: RemoteFile) -> bool:
        """Move a file aside that was taken; False where the party's server does not allow it."""
