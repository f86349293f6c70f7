"""Files in a folder: a document is put into `out`, its answer is found in `in` under the same name.

What both sides keep to (docs/protocols/folders-and-tables.md): a file is written under a name that begins with a dot,
and renamed when it is whole; whoever takes a file moves it away before it reads it. So a file that is there is whole,
and one that we can still take back has not been taken.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.patience import place_name, seconds_left, waited_for
from gateway.points import passing
from gateway.ports import Document, Now

OUT, IN, READ = "out", "in", "read"
_OK = 200


class FolderTransport:
    """Carries documents as files below `folder`, which party and gateway share (a mount, an SFTP area)."""

    def __init__(self, party: str, folder: Path, now: Now, reply_limit: int = 1 << 20, suffix: str = "") -> None:
        self._party = party
        self._folder = folder
        self._now = now
        self._reply_limit = reply_limit
        self._suffix = suffix

    def post(self, document: Document, call: Call) -> Answer:
        """Put `document` into `out` and wait for its answer. What was not taken in time is taken back: UnsentError."""
        seconds = seconds_left(call, self._now)
        name = place_name(document, call) + self._suffix
        passing(f"call.{self._party}.{call.message}.before")
        try:
            self._put(name, document.body)
            body = waited_for(lambda: self._taken(name), seconds)
        finally:
            passing(f"call.{self._party}.{call.message}.after")
        if body is None:
            raise self._without_answer(name)
        return Answer(_OK, {"content-type": document.media_type}, body)

    def reach(self, deadline: datetime) -> None:  # noqa: ARG002 - of the protocol; a folder is there or not, at once
        """Make sure that the folders are there and can be written; UnsentError."""
        for each in (OUT, IN):
            if not os.access(self._folder / each, os.R_OK | os.W_OK | os.X_OK):
                raise UnsentError(f"the folder {each} is not there or may not be written")

    def _put(self, name: str, body: bytes) -> None:
        hidden = self._folder / OUT / f".{name}"
        try:
            with hidden.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            hidden.rename(self._folder / OUT / name)
        except OSError as error:
            raise UnsentError(f"the file could not be put into {OUT}: {error.strerror}") from error

    def _taken(self, name: str) -> bytes | None:
        """The answer, moved to `read`; None while it is not there."""
        kept = self._folder / READ / name
        try:
            kept.parent.mkdir(exist_ok=True)
            (self._folder / IN / name).rename(kept)
            if kept.stat().st_size > self._reply_limit:
                raise UnansweredError(f"the answer is longer than {self._reply_limit} bytes")
            return kept.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnansweredError(f"the answer could not be read: {error.strerror}") from error

    def _without_answer(self, name: str) -> UnsentError | UnansweredError:
        with suppress(OSError):
            (self._folder / OUT / name).unlink()
            return UnsentError("the party did not take the file in time; it was taken back")
        return UnansweredError("the party took the file and has not answered", timed_out=True)
