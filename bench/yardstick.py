"""How fast this machine is while it measures: a piece of work that most other figures consist of.

Targets were set on a machine on which it took so long: what is measured on one that is twice as slow at it says as
much about the machine as about the gateway.
"""

from bench.inside.flask_peer import FlaskEcho
from bench.inside.timing import microseconds

_DOCUMENT = b"<document/>" * 200
_THERE = 39  # microseconds for Flask in process, as measured where the targets were set
_SECONDS = 0.3


def here() -> float:
    """Processor microseconds of an exchange of 2 KB with Flask, in process, just now."""
    flask = FlaskEcho()
    return microseconds({"flask": lambda _: flask(_DOCUMENT)}, _SECONDS, 1)["flask"]


def told(before: float, after: float) -> str:
    """One line about both ends of a run."""
    measured = f"{before:.0f} us before, {after:.0f} us after"
    return f"yardstick: Flask in process {measured}; {_THERE} us where the targets were set"
