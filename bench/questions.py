"""Questions over SOAP: GetProgress from our own store with everything on, beside node's `soap` server."""

import json
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import make_url

from bench.asking import Answered, Questions, ask
from bench.database import Server
from bench.enrolled import enrolled
from bench.figures import Figure, Target, middle, percentile
from bench.inside.contract_files import contract_files, question
from bench.machine import Process, cpu_seconds, free_port, pinned
from bench.options import Options
from bench.stack import Stack, stack

SECTION = "Questions over SOAP and HTTP (GetProgress; answers per second of one core, by processor time of the server)"
PATH = "/soap/gateway"
TARGET, OF_NODE = 2_500, 1.5
_CASES = 40
CALLER = "province-zhejiang"
# What the node peer is made of; into a scratch folder, when it is measured.
_PACKAGES = ("soap@1", "pg@8", "libxml2-wasm@0.7")
_INSTALL_SECONDS = 180
_WARM_SECONDS = 0.5
_TICK = 0.01  # what the kernel counts processor time in


@dataclass(frozen=True, slots=True)
class Measured:
    """`rate`: answers per processor second of the server; `wall`: per second of the clock; `slowest`: p99 in ms."""

    rate: float
    wall: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Keys:
    """A token that the peers check, and the file of the public key they check it with."""

    token: str
    public: Path


def questions(server: Server, options: Options) -> list[Figure]:
    """The gateway with everything on, the engine with less and less around it, and node's server bare and dressed."""
    with pinned(1, server.pid) if server.pid else nullcontext():
        with stack(server.database()) as made:
            with pinned(0):
                made.serve(1)
            whole = of_gateway(made, options)
        return beside_node(whole, server, options)


def beside_node(whole: Measured, server: Server, options: Options) -> list[Figure]:
    """The figures of a gateway that has been measured, beside what is measured now."""
    with TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        keys, files = _keys(folder), contract_files(folder)
        ours = {
            "bare": _served(keys, None, None, options),
            "token": _served(keys, keys.public, None, options),
            "row": _served(keys, keys.public, server.database(), options),
        }
        node, why = _node(server, files, keys, options, folder)
    return _figures(whole, ours, node, why)


def _figures(whole: Measured, ours: dict[str, Measured], node: dict[str, Measured], why: str) -> list[Figure]:
    beside = {"engine and Flask alone": ours["bare"].rate, "with token and one row": ours["row"].rate}
    beside |= {f"node soap, {name}": one.rate for name, one in node.items()}
    notes = [f"by the clock {whole.wall:,.0f} /s; p99 {whole.slowest:.1f} ms"]
    costs = {
        "token check": (ours["bare"], ours["token"]),
        "one durable row in and out": (ours["token"], ours["row"]),
        "the rest (journal, sealed; store; log), less what answering together saves": (ours["row"], whole),
    }
    notes += [
        f"cost of {name}: {1e6 / after.rate - 1e6 / before.rate:,.0f} us" for name, (before, after) in costs.items()
    ]
    notes += [why] if why else []
    figures = [Figure(SECTION, "GetProgress, everything on", whole.rate, "/s", Target(TARGET), beside, notes)]
    if node:
        dressed, bare = whole.rate / node["dressed"].rate, ours["bare"].rate / node["as shipped"].rate
        figures += [
            Figure(SECTION, "  of node soap with token, XSD and row", dressed, "x", Target(OF_NODE)),
            Figure(SECTION, "  protections off, of node soap as shipped", bare, "x", Target(1)),
        ]
    return figures


def of_gateway(made: Stack, options: Options) -> Measured:
    """The one gateway of a stack, asked for what stands in its store."""
    asked = [question(reference, "zhejiang") for reference in enrolled(made, min(_CASES, options.cases))]
    (pid,) = made.pids("gateway")
    return _measured(made.gateways[0], pid, made.token(CALLER), asked, options)


def _served(keys: Keys, public: Path | None, database: str | None, options: Options) -> Measured:
    port = free_port()
    command = [sys.executable, "-m", "bench.inside.served", str(port), str(public or "-"), database or "-"]
    with _running(command, port) as pid:
        return _measured(port, pid, keys.token, [question("case_1.pension", "zhejiang")], options)


def _node(
    server: Server, files: tuple[Path, Path], keys: Keys, options: Options, folder: Path
) -> tuple[dict[str, Measured], str]:
    """What node's server does, as shipped and with what we do; nothing and the reason where it cannot be had."""
    if not (shutil.which("npm") and shutil.which("node")):
        return {}, "node soap: not measured, node and npm are not on this machine"
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *_PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    if done.returncode:
        return {}, f"node soap: not measured, npm could not install it ({done.stderr.strip()[-200:]})"
    wsdl, xsd = files
    address = make_url(server.database()).set(drivername="postgresql").render_as_string(hide_password=False)
    more = {"key": keys.public.read_text(), "xsd": str(xsd), "database": address}
    found = {}
    for name, given in (("as shipped", {}), ("dressed", more)):
        port = free_port()
        told = {"port": port, "packages": str(folder), "wsdl": str(wsdl), **given}
        with _running(["node", "bench/node/server.mjs", json.dumps(told)], port) as pid:
            found[name] = _measured(port, pid, keys.token, [question("case_1.pension", "zhejiang")], options)
    return found, ""


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[int]:
    with TemporaryDirectory(prefix="bench-") as folder:
        with pinned(0):
            process = Process(command, {}, Path(folder) / "peer.log", f"http://127.0.0.1:{port}/")
        try:
            yield process.pid
        finally:
            process.stop()


def _measured(port: int, pid: int, token: str, asked: Sequence[str], options: Options) -> Measured:
    def one(seconds: float) -> Answered:
        with pinned(1):
            return ask(Questions(port, PATH, token, asked, options.connections, seconds, uuid.uuid4().hex[:12]))

    one(min(_WARM_SECONDS, options.seconds))
    rates, walls, slowest = [], [], []
    for _ in range(options.repetitions):
        before = cpu_seconds(pid)
        answered = one(options.seconds)
        spent = cpu_seconds(pid) - before
        rates.append(answered.count / max(spent, _TICK))
        walls.append(answered.count / answered.seconds)
        slowest.append(percentile([ms for each in answered.latencies for ms in each], 0.99))
    return Measured(middle(rates), middle(walls), middle(slowest))


def _keys(folder: Path) -> Keys:
    private = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = folder / "token.pem"
    public.write_bytes(private.public_key().public_bytes(serialization.Encoding.PEM, form))
    token = jwt.encode({"sub": "zhejiang", "exp": int(time.time()) + 3600}, private, algorithm="ES256")
    return Keys(token, public)
