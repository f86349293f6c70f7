"""A process that writes a journal, for tests of several processes and of killed ones: URL KEYFILE DEED COUNT."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.security.vault import Keyring
from gateway.store.journal import JournalWriter
from gateway.store.work import connect
from tests.gateway.store.journals import crossing


def told(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write(writer: JournalWriter, count: int) -> None:
    for number in range(count):
        told(writer.record(crossing(b"document %d" % number)))


def main(url: str, key_file: str, deed: str, count: str) -> None:
    writer = JournalWriter(connect(url), Keyring.load(Path(key_file)), lambda: datetime.now(UTC), "process")
    write(writer, int(count))
    if deed == "fork":
        child = os.fork()
        write(writer, int(count))
        if child == 0:
            writer.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
