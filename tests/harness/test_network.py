import socket
import subprocess
import sys

import pytest

from tests.harness.network import child_environment, is_local
from tests.harness.ports import Ports, reserved_ports
from tests.harness.supervisor import REPOSITORY

OUTSIDE = [
    "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "socket.getaddrinfo('example.invalid', 80)",
    "urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
]


@pytest.mark.parametrize("attempt", OUTSIDE)
def test_a_program_started_by_a_test_cannot_leave_the_machine(attempt: str) -> None:
    program = [sys.executable, "-c", f"import socket, urllib.request\n{attempt}"]
    done = subprocess.run(program, env=child_environment(), capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "BeyondLoopbackError" in done.stderr


def test_the_loopback_is_open(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)), socket.create_connection(("localhost", free_port)) as client:
        assert client.getpeername() == ("127.0.0.1", free_port)


def test_a_refusal_that_the_code_under_test_swallows_fails_the_test_all_the_same(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    pytester.makepyfile("""
        import contextlib, socket

        def test_swallows():
            with contextlib.suppress(Exception):
                socket.create_connection(("192.0.2.1", 80), timeout=1)
    """)
    done = pytester.runpytest_subprocess("-p", "tests.harness.session", "-p", "tests.harness.fixtures")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*socket.* to '192.0.2.1'*"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::1%lo", "localhost", b"localhost", "0.0.0.0", None, ""]
)
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "localhost.example.invalid", b"example.invalid"]
)
def test_everything_else_is_not(host: object) -> None:
    assert not is_local(host)


def test_ports_are_given_out_once_while_they_are_reserved(free_ports: Ports) -> None:
    with reserved_ports() as others:
        taken = [ports.take() for _ in range(20) for ports in (free_ports, others)]
    assert len(set(taken)) == len(taken)
