"""A levy exchange that is told of differences is polled for its answers, on the timetable of every other way."""

import base64
from dataclasses import replace
from pathlib import Path

from adapters.transport.outlets import answer_sources, outlets
from gateway.model.difference import Verdict
from gateway.services.difference_answers import take_answers
from gateway.services.runtime import Runtime
from gateway.store import difference_files
from sandbox.parties import secret_of
from tests.gateway.services.broken import DAY, PARTY, view
from tests.gateway.services.test_difference_files import bureau, runtime, said, sent
from tests.sandbox.conftest import sandbox
from tests.sandbox.started import Sandbox

__all__ = ["bureau", "runtime", "sandbox"]


def test_an_answer_at_a_levy_exchange_is_polled_for_and_lands_once(
    runtime: Runtime, tmp_path: Path, sandbox: Sandbox
) -> None:
    sent(runtime)
    prefix = f"PARTY_{PARTY.upper().replace('-', '_')}_"
    address = f"http://127.0.0.1:{sandbox.port}/tax/{PARTY.removeprefix('tax-')}"
    given = {f"{prefix}DIFFERENCES_URL": address, f"{prefix}SECRET": secret_of(PARTY)}
    told = outlets(given, [PARTY], tmp_path, runtime.now)
    polling = replace(runtime, outlets=told, answers=answer_sources(told))
    assert take_answers(polling) == 0
    for name, body in (("a.txt", said(runtime, (Verdict.AGREED, None))), ("b.txt", b"H|1\n")):
        sandbox.control("answer", party=PARTY, called=name, file=base64.b64encode(body).decode())
    sandbox.fault(PARTY, "DifferenceAnswers", "down")
    assert take_answers(polling) == 0, "one that is not reached is asked in the next round"
    assert take_answers(polling) == 2
    assert take_answers(polling) == 0
    again = base64.b64encode(said(runtime, (Verdict.AGREED, None))).decode()
    sandbox.control("answer", party=PARTY, called="a.txt", file=again)
    assert take_answers(polling) == 1, "an exchange that never heard that we have it offers it once more"
    assert [each["action"] for each in view(runtime)["history"]].count("answered") == 1
    with runtime.store.reading() as tx:
        (file,) = difference_files.of_day(tx, PARTY, DAY.isoformat())
        (kept,) = difference_files.answers_of(tx, file.id)
    assert (file.state, kept.way) == ("answered", "http")
