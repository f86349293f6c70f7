"""`python -m sandbox --port N --callback URL`: every counterparty in one process, until it is told to stop."""

import argparse
import os
import signal
import sys
from pathlib import Path

from sandbox.control import Control
from sandbox.ground import Pace
from sandbox.http import Server
from sandbox.world import World


def main(arguments: list[str] | None = None) -> int:
    """Serve; prints the address once it listens (port 0 takes a free one)."""
    options = _parser().parse_args(arguments)
    now_file = os.environ.get("NOW_FILE")
    pace = Pace(options.pay_after, options.decide_after, options.read_after)
    world = World(options.callback, pace, Path(now_file) if now_file else None)
    server = Server((options.host, options.port), Control(world).handle, world.admits)

    def stop(_signal: int, _frame: object) -> None:
        server.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"sandbox: listening on http://{options.host}:{server.port}\n")
    sys.stdout.flush()
    server.serve()
    world.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8090, help="port to listen on, 0 for a free one (default %(default)s)"
    )
    parser.add_argument("--callback", default="", help="address of the gateway, for what parties push")
    parser.add_argument("--pay-after", type=float, help="seconds after which a worker pays a levy (default: when told)")
    parser.add_argument("--decide-after", type=float, help="seconds after which a clerk decides (default: at once)")
    parser.add_argument(
        "--read-after", type=float, default=0.1, help="seconds until a bureau reads (default %(default)s)"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
