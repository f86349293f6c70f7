"""Named points at which a test can end a process: exactly there, and nowhere by accident."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.network import child_environment

PROGRAM = """
import sys
from gateway.points import passing
for name in sys.argv[1:]:
    passing(name)
    print(name, flush=True)
"""
ROOT = Path(__file__).resolve().parents[2]


def run(*names: str, program: str = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process (group) of its own that passes these points and says so after each."""
    return subprocess.run(
        [sys.executable, "-c", program, *names],
        cwd=ROOT,
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def test_unset_a_point_does_nothing() -> None:
    done = run("a", "b", KILL_POINT="", TRACE_POINTS="")
    assert (done.returncode, done.stdout.split()) == (0, ["a", "b"])


def test_the_process_dies_at_the_point_and_nothing_of_it_goes_on() -> None:
    done = run("a", "b", "c", KILL_POINT="b")
    assert (done.returncode, done.stdout.split()) == (-signal.SIGKILL, ["a"])


def test_the_process_dies_at_the_passing_that_was_asked_for() -> None:
    done = run("a", "b", "a", "a", "a", KILL_POINT="a:3")
    assert (done.returncode, done.stdout.split()) == (-signal.SIGKILL, ["a", "b", "a"])


@pytest.mark.parametrize("name", ["commit.accept", "commit.accept.before.x", "COMMIT.ACCEPT.BEFORE"])
def test_only_the_whole_name_counts(name: str) -> None:
    assert run("commit.accept.before", KILL_POINT=name).returncode == 0


def test_a_trace_lists_every_point_in_the_order_in_which_it_was_passed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    run("a", "b", "a", TRACE_POINTS=str(trace))
    run("c", TRACE_POINTS=str(trace))
    assert trace.read_text(encoding="ascii").splitlines() == ["a", "b", "a", "c"], "several processes share one trace"


def test_the_point_at_which_the_process_died_is_the_last_of_its_trace(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    run("a", "b", "c", KILL_POINT="b", TRACE_POINTS=str(trace))
    assert trace.read_text(encoding="ascii").splitlines() == ["a", "b"]


def test_the_children_of_the_process_die_with_it() -> None:
    program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "from gateway.points import passing\n"
        "passing(sys.argv[1])\n"
    )
    # The child holds our pipe: were it left alive, this call would wait for it.
    assert run("a", program=program, KILL_POINT="a").returncode == -signal.SIGKILL


def test_threads_count_their_passings_together() -> None:
    program = (
        "import sys, threading\n"
        "from gateway.points import passing\n"
        "for _ in range(3):\n"
        "    thread = threading.Thread(target=passing, args=(sys.argv[1],))\n"
        "    thread.start(); thread.join(); print('x', flush=True)\n"
    )
    done = run("a", program=program, KILL_POINT="a:2")
    assert (done.returncode, done.stdout.split()) == (-signal.SIGKILL, ["x"])
