"""The control address, the platform's receiver, the process itself."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.sandbox.documents import OTHER, cover_question, enrolment
from tests.sandbox.started import Sandbox


def test_webhooks_are_kept_with_headers_and_bytes(sandbox: Sandbox) -> None:
    headers = {"webhook-id": "msg_1", "webhook-signature": "v1a,abc"}
    assert sandbox.post("/platform/demo-platform/webhook", b'{"case": "c-1"}', headers).status == 200
    (kept,) = sandbox.state()["parties"]["demo-platform"]["webhooks"]
    assert kept["body"] == '{"case": "c-1"}'
    assert kept["headers"]["webhook-signature"] == "v1a,abc"
    assert sandbox.count("demo-platform", "webhook", "msg_1") == 1


def test_seeded_covers_are_found(sandbox: Sandbox) -> None:
    cover = {"insurance": "pension", "scheme": "employee_pension", "first": "2019-03", "last": "2026-02"}
    sandbox.control("seed", party="guangdong", id_number=OTHER, region="440106", covers=[cover])
    found = sandbox.asked("guangdong", "FindCover", cover_question())
    assert (found["scheme"], found["state"], found["last"], found["region"]) == (
        *("employee_pension", "active", "2026-02"),
        "440106",
    )


def test_the_state_can_be_narrowed_to_a_party_and_a_reference(sandbox: Sandbox) -> None:
    sandbox.asked("zhejiang", "EnrolWorker", enrolment())
    state = sandbox.state(party="tax-zhejiang", reference="r-1")
    assert [one["kind"] for one in state["effects"]] == ["levy_assessed"]
    assert list(state["parties"]) == ["tax-zhejiang"]


def test_a_reset_forgets_everything_and_scripts_too(sandbox: Sandbox) -> None:
    sandbox.fault("zhejiang", "FindCover", "down", times=None)
    sandbox.asked("zhejiang", "EnrolWorker", enrolment())
    sandbox.control("reset")
    state = sandbox.state()
    assert (state["effects"], state["counts"], state["pushes"]) == ([], {}, [])
    assert sandbox.asked("zhejiang", "FindCover", cover_question()) == {"known": "false"}


def test_what_control_does_not_know_it_lists(sandbox: Sandbox) -> None:
    answer = sandbox.post("/_control/nothing", b"{}")
    assert answer.status == 404
    assert "POST /_control/pay" in answer.json["error"]
    assert sandbox.post("/_control/pay", b"not json").status == 400
    assert sandbox.post("/_control/pay", b'{"party": "tax-hunan", "reference": "x"}').status == 404


def test_an_unknown_address_is_404(sandbox: Sandbox) -> None:
    assert sandbox.post("/atlantis/soap", b"").status == 404


def test_a_chunked_body_and_two_requests_on_one_connection_are_read(sandbox: Sandbox) -> None:
    line = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    for place in ("a", "b"):
        line.request("POST", "/platform/demo-platform/webhook", iter([b'{"x":', b'"%s"}' % place.encode()]))
        assert line.getresponse().read() == b"{}"
    line.close()
    bodies = [one["body"] for one in sandbox.state()["parties"]["demo-platform"]["webhooks"]]
    assert bodies == ['{"x":"a"}', '{"x":"b"}']


def test_the_process_prints_its_address_writes_nothing_and_stops_when_told(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        with urlopen(f"{address}/_control/health") as answer:  # noqa: S310 - the address it printed, on loopback
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []
