"""How a process of many threads at short tasks has its interpreter run."""

import atexit
import gc
import sys

# Most tasks are shorter than a turn, so a thread at its task is seldom interrupted (measured: docs/benchmarks.md).
_TURN_SECONDS = 0.02


def settle_in() -> None:
    """Call once everything is made: it stays for good, and the collector of cycles need not look through it again."""
    gc.collect()
    gc.freeze()
    # Libraries count at the end what nobody freed, and say so: what stays is let go of when the process ends.
    atexit.register(gc.unfreeze)
    sys.setswitchinterval(_TURN_SECONDS)
