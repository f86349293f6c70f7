"""`python -m tests.docs.prepared_commands SOCKET`: has imported `app.py` once, and runs its commands in forks.

A command that documents show takes two seconds of one core to import and a tenth of that to do what it says. Here each
is a process of its own with the folder, the environment, the arguments and the three streams of whoever asked for it
(`ask.py`); only what it would import is there already. It serves until its standard input ends.
"""

import importlib
import json
import os
import select
import socket
import sys
from typing import Any, NoReturn

from tests.harness.forked import become

_STREAMS = 3


def main(path: str) -> None:
    """Serve one command after the other, as a shell gives them."""
    app: Any = importlib.import_module("app")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while sys.stdin not in (readable := select.select([sys.stdin, door], [], [])[0]):
            if door in readable:
                _answer(app, door)


def _answer(app: Any, door: socket.socket) -> None:
    asking, _ = door.accept()
    with asking:
        first, streams, _, _ = socket.recv_fds(asking, 1 << 20, _STREAMS)
        with asking.makefile("rb") as rest:
            order = json.loads(first if first.endswith(b"\n") else first + rest.readline())
        child = os.fork()
        if child == 0:
            _become(app, order, streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        asking.sendall(f"{os.waitstatus_to_exitcode(status) % 256}".encode())


def _become(app: Any, order: dict[str, Any], streams: list[int]) -> NoReturn:
    def prepare() -> None:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(order["folder"])

    become(order["environment"], prepare, lambda: app.cli(order["arguments"], prog_name="app.py", standalone_mode=True))


if __name__ == "__main__":
    main(sys.argv[1])
