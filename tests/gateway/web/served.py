"""A gateway for tests of the server: run as a program it serves itself, imported by the server it answers."""

import os
import sys
from pathlib import Path

from flask import Flask

from gateway.mapping.rulebook import load_law
from gateway.security.signing import SigningKey
from gateway.settings import Settings
from gateway.web.serve import serve
from tests.gateway.web.conftest import MAPPINGS, opened

TARGET = "tests.gateway.web.served:web"
LIMIT = 5000


def web() -> Flask:
    """The gateway, and two routes more: who answers, and one request that waits until it is let go."""
    folder = Path(os.environ["SERVED"])
    law = load_law(MAPPINGS, MAPPINGS / "demo-rules")
    key = SigningKey.from_pem((folder / "key.pem").read_bytes())
    process = opened(os.environ["SERVED_URL"], folder, law, key, body_limit=LIMIT)
    gate = process.__enter__()
    gate.app.extensions["process"] = process
    gate.app.add_url_rule("/pid", "pid", lambda: str(os.getpid()))
    gate.app.add_url_rule("/wait", "wait", wait)
    return gate.app


def wait() -> str:
    """Say that it has begun, then wait for a line."""
    folder = Path(os.environ["SERVED"])
    (folder / "begun").write_text("", encoding="ascii")
    return (folder / "go").read_text(encoding="ascii")


if __name__ == "__main__":
    serve(TARGET, Settings(port=int(sys.argv[1]), threads=2))
