"""Signals are acted upon whichever thread the system gives them to."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import signal, threading
from gateway.interpreter import hear_signals

hear_signals()
came = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: came.set())

def other():
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    threading.Event().wait()

threading.Timer(0.2, other).start()
came.wait()
print("heard", flush=True)
import os
os._exit(0)
"""


def test_a_signal_that_another_thread_was_given_ends_the_waiting_of_the_main_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "heard\n"
