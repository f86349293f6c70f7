"""Differences over REST: a run is told once, the files are listed, answers land on the breaks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.mapping.difference_writer import difference_layouts
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.model.difference import AnswerRow, Verdict
from gateway.rules.law import Law
from gateway.services.difference_files import send_due
from gateway.store.reconciliation import RunRow
from gateway.web.app import create_app
from tests.gateway.mapping.answering import answer
from tests.gateway.services.broken import DAY, MAPPINGS, PARTY, amount_break, knowing, one_of, run_of
from tests.gateway.services.test_difference_files import KEY, Bureau
from tests.gateway.web.conftest import SECRETS, opened
from tests.gateway.web.door import Gate
from tests.gateway.web.test_reference import fits

CLIENT = "demo-accountant"


@pytest.fixture
def gate(database_url: str, var: Any, law: Law, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    monkeypatch.setitem(SECRETS, key_setting(PARTY), KEY.decode())
    with opened(database_url, var, law) as made:
        statements = layouts(MAPPINGS)
        runtime = replace(
            knowing(made.runtime),
            statements=statements,
            outlets={PARTY: Bureau()},
            differences=difference_layouts(MAPPINGS, statements),
        )
        yield replace(made, runtime=runtime, app=create_app(runtime, made.doors))


@pytest.fixture
def run(gate: Gate) -> RunRow:
    return run_of(gate.runtime, amount_break())


def test_a_run_is_told_once_under_any_key_and_listed(gate: Gate, run: RunRow) -> None:
    address = f"/v1/reconciliations/{run.id}/differences"
    first = gate.post(address, {}, client=CLIENT, key="k1")
    assert first.status_code == 202, first.text
    assert gate.post(address, {}, client=CLIENT, key="k1").get_data() == first.get_data()
    assert gate.post(address, {}, client=CLIENT, key="k2").get_json()["differences"] == first.get_json()["differences"]
    assert send_due(gate.runtime) == 1
    page = gate.get(f"/v1/differences?party={PARTY}&day={DAY}", CLIENT).get_json()
    fits(gate.get("/openapi.json", CLIENT).get_json(), "DifferencesPage", page)
    assert [(each["state"], each["acknowledgement"]) for each in page["differences"]] == [("sent", "CY1")]
    assert gate.post("/v1/reconciliations/rec_1/differences", {}, client=CLIENT, key="k3").status_code == 404


def test_an_answer_lands_on_its_break_or_is_refused_with_its_line(gate: Gate, run: RunRow) -> None:
    gate.post(f"/v1/reconciliations/{run.id}/differences", {}, client=CLIENT, key="k1")
    send_due(gate.runtime)
    rows = [AnswerRow(1, one_of(gate.runtime).id, Verdict.AGREED)]
    body = answer(gate.runtime.differences[PARTY], DAY, rows, KEY)
    media = {"Content_Type": "application/octet-stream"}
    address = f"/v1/differences/answers?party={PARTY}"
    taken = gate.post(address, body, client=CLIENT, key="a1", **media)
    assert taken.status_code == 201, taken.text
    assert (taken.get_json()["rows"], taken.get_json()["agreed"]) == (1, 1)
    refused = gate.post(address, body.replace(b"agreed", b"maybe!"), client=CLIENT, key="a2", **media)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "difference_answer_refused")
    assert gate.post("/v1/differences/answers", body, client=CLIENT, key="a3", **media).status_code == 400
