"""`python ask.py SOCKET ARGUMENT ...`: has a command of `app.py` done by prepared_commands.py, as if it were this one.

It imports next to nothing: being quick is what it is for.
"""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as door:
    door.connect(sys.argv[1])
    order = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109 - pathlib would take longer than the rest
    line = json.dumps(order).encode() + b"\n"
    sent = socket.send_fds(door, [line], [0, 1, 2])
    door.sendall(line[sent:])
    sys.exit(int(door.makefile("rb").read()))
