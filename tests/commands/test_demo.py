"""The demo's one enrolment, and what `make run` leaves for the commands that are given while it stands."""

import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands import demo
from commands import run as running
from commands.bootstrap import prepare
from commands.demo import FINISHED, enrolment, fetch_token, follow
from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.model.codes import CaseStatus
from gateway.model.platform import Enrolment
from gateway.rules.enrolment import assess
from gateway.rules.law import Application
from gateway.settings import LEFT_BY_RUN, Settings, read
from tests.commands.conftest import LAW, RULES
from tests.harness.ports import Ports

TIMES = [datetime(2026, month, day, 4, tzinfo=UTC) for month, day in ((1, 1), (2, 28), (11, 22), (12, 31))]


class Answering:
    """The gateway's REST API with the views that a test writes down, the last one again and again."""

    def __init__(self, *views: dict[str, Any]) -> None:
        self._views = list(views)
        self.asked: list[str] = []

    def call(self, method: str, path: str) -> dict[str, Any]:
        self.asked.append(f"{method} {path}")
        return self._views.pop(0) if len(self._views) > 1 else self._views[0]


def view(status: str, *texts: str) -> dict[str, Any]:
    return {"status": status, "timeline": [{"at": "2026-11-10T04:00:00", "text": text} for text in texts]}


@pytest.mark.parametrize("now", TIMES, ids=lambda now: f"{now:%m-%d}")
def test_the_demos_worker_can_be_enrolled_on_any_day(now: datetime) -> None:
    asked = reader(Enrolment)(json.dumps(demo.enrolment(now)).encode())
    (assessed,) = assess(LAW(RULES.parent, RULES), Application.of(asked), now.date())
    assert assessed.terms.preview.total.fen > 0


def test_a_case_is_followed_to_its_end_and_each_line_is_said_once() -> None:
    api = Answering(view("checking", "a"), view("registering", "a", "b"), view("completed", "a", "b", "c"))
    said: list[str] = []
    found = follow(api, "case_1", 60, said.append)  # type: ignore[arg-type]  # an API as far as it is used
    assert found["status"] == "completed"
    assert [line.split()[-1] for line in said] == ["a", "b", "c"]
    assert set(api.asked) == {"GET /v1/cases/case_1"}


def test_a_case_that_does_not_end_is_not_followed_for_ever() -> None:
    found = follow(Answering(view("checking")), "case_1", 0, print)  # type: ignore[arg-type]  # as above
    assert found["status"] == "checking"


def test_the_demo_knows_every_status_in_which_nothing_more_comes_by_itself() -> None:
    statuses = {status.value for status in CaseStatus}
    assert FINISHED - statuses == set()
    assert statuses - FINISHED == {"accepted", "checking", "waiting", "registering", "awaiting_payment"}


class Listing:
    """The gateway's REST API where the worker of the demo has these cases, newest first."""

    def __init__(self, *statuses: str) -> None:
        self._cases = [{"case": f"case_{number}", "status": status} for number, status in enumerate(statuses)]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if (method, path) == ("POST", "/v1/workers/search"):
            assert body == {"id_type": "resident_id", "id_number": enrolment(TIMES[0])["worker"]["id_number"]}
            return {"worker": "wrk_1"}
        assert (method, path) == ("GET", "/v1/cases?worker=wrk_1")
        return {"cases": self._cases}


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [(("completed",), "case_0"), (("opened", "completed"), "case_1"), (("completed", "withdrawn"), "case_0")],
    ids=["alone", "changed since", "withdrawn once"],
)
def test_a_run_in_a_used_folder_shows_the_enrolment_of_its_own_worker(statuses: tuple[str, ...], shown: str) -> None:
    assert demo.enrolled_before(Listing(*statuses), enrolment(TIMES[0])["worker"]) == shown  # type: ignore[arg-type]  # plays it


@pytest.fixture
def standing(tmp_path: Path) -> Settings:
    """A run with its own port and folder, as far as its settings."""
    settings = Settings(port=21000, var_dir=str(tmp_path), database_url="sqlite:////srv/x.db")
    running.leave_settings(settings, prepare(settings))
    return settings


def test_commands_that_are_given_while_a_run_stands_meet_that_run(standing: Settings) -> None:
    found = read({"VAR_DIR": standing.var_dir})
    assert (found.port, found.worker, found.sandbox) == (21000, 21001, 21002)
    assert found.database == standing.database
    assert found.parties["PARTY_TAX_HUNAN_URL"] == "http://127.0.0.1:21002/tax/hunan"
    assert found.parties["PARTY_HUNAN_URL"].endswith("/hunan/sbzhpt/MainServlet")
    assert {name.rpartition("_")[2] for name in found.parties} == {"URL", "SECRET"}
    assert len(found.parties) == 2 * 15 + 5


def test_what_the_environment_gave_a_run_holds_for_commands_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('party_demo_platform_secret = "whsk_mine"\n', encoding="utf-8")
    monkeypatch.setenv("SECRETS_FILE", str(secrets))
    monkeypatch.setenv("PARTY_DEMO_PLATFORM_URL", "http://127.0.0.1:8470/hook")
    monkeypatch.setenv("PARTY_MINE_URL", "http://127.0.0.1:8471/mine")
    given = read({"VAR_DIR": str(tmp_path), "PUBLIC_URL": "https://gateway.example", "SECOND_PERSON_ABOVE": "0.00"})
    running.leave_settings(given, prepare(given))
    found = read({"VAR_DIR": str(tmp_path)})
    assert (found.url, found.second_person_above) == ("https://gateway.example", "0.00")
    assert found.parties["PARTY_DEMO_PLATFORM_URL"] == "http://127.0.0.1:8470/hook"
    assert found.parties["PARTY_DEMO_PLATFORM_SECRET"] == "whsk_mine"
    assert found.parties["PARTY_MINE_URL"] == "http://127.0.0.1:8471/mine"
    assert found.parties["PARTY_HUNAN_URL"].endswith("/hunan/sbzhpt/MainServlet")


def test_what_the_environment_gave_the_run_before_is_gone_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTY_DEMO_PLATFORM_URL", "http://127.0.0.1:8470/hook")
    for _ in range(2):
        given = read({"VAR_DIR": str(tmp_path)})
        running.leave_settings(given, prepare(given))
        monkeypatch.delenv("PARTY_DEMO_PLATFORM_URL", raising=False)
    left = read({"VAR_DIR": str(tmp_path)}).parties["PARTY_DEMO_PLATFORM_URL"]
    assert left.endswith("/platform/demo-platform/webhook")


def test_a_run_knows_the_key_with_which_its_bureaus_sign_statements(standing: Settings) -> None:
    found = read({"VAR_DIR": standing.var_dir})
    bureaus = ("BEIJING", "GUANGDONG", "HUNAN", "TIANJIN", "ZHEJIANG")
    keys = {found.parties[f"PARTY_TAX_{bureau}_STATEMENT_SECRET"] for bureau in bureaus}
    assert keys == {f"sandbox-statements-tax-{bureau.lower()}" for bureau in bureaus}


def test_the_next_run_in_the_same_folder_moves_whole_with_its_port(standing: Settings) -> None:
    found = read({"VAR_DIR": standing.var_dir, "PORT": "22000"})
    assert (found.port, found.worker, found.sandbox) == (22000, 22001, 22002)


def test_what_a_run_leaves_is_its_owners_alone_and_is_replaced_by_the_next(standing: Settings) -> None:
    path = standing.var / LEFT_BY_RUN
    assert path.stat().st_mode & 0o777 == 0o600
    again = Settings(port=22000, var_dir=standing.var_dir)
    running.leave_settings(again, prepare(again))
    assert read({"VAR_DIR": standing.var_dir}).port == 22000


def test_what_is_said_to_be_tried_next_reaches_the_same_run(standing: Settings) -> None:
    said = running.command_here(standing)
    assert said.startswith(f"VAR_DIR={standing.var_dir} PORT=21000 ")
    assert said.endswith(" app.py")


@pytest.mark.parametrize(("name", "behind"), [("PORT", 0), ("WORKER_PORT", 1), ("SANDBOX_PORT", 2)])
def test_a_run_does_not_take_what_listens_there_already_for_its_own(
    tmp_path: Path, free_ports: Ports, name: str, behind: int
) -> None:
    port = free_ports.take()
    given = {"port": free_ports.take(), "worker_port": free_ports.take(), "sandbox_port": free_ports.take()}
    given[("port", "worker_port", "sandbox_port")[behind]] = port
    settings = Settings(var_dir=str(tmp_path), **given)  # type: ignore[arg-type]  # numbers, all three
    with socket.create_server(("127.0.0.1", port)), pytest.raises(GatewayError) as refused, running.processes(settings):
        pytest.fail("it is not started")
    assert refused.value.kind.code == "setting_invalid"
    assert str(refused.value).startswith(f"The setting {name} ")
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("client", ["nobody", "../tokens", "tokens.pem"])
def test_a_token_for_a_client_that_is_not_there_is_refused_with_those_that_are(standing: Settings, client: str) -> None:
    with pytest.raises(GatewayError) as refused:
        fetch_token(standing, prepare(standing), client)
    assert refused.value.kind.code == "not_found"
    assert "demo-platform, demo-province" in str(refused.value)


def test_a_folder_with_a_chinese_name_is_left_as_it_is(tmp_path: Path) -> None:
    settings = Settings(var_dir=str(tmp_path / "网关 1"))
    running.leave_settings(settings, prepare(settings))
    assert read({"VAR_DIR": settings.var_dir}).database == settings.database


@pytest.mark.parametrize(("given", "once"), [("1", True), ("yes", True), ("", False), ("0", False), (None, False)])
def test_a_run_ends_by_itself_only_where_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: str | None, once: bool
) -> None:
    monkeypatch.delenv("ONCE", raising=False)
    if given is not None:
        monkeypatch.setenv("ONCE", given)
    assert running.once_asked() is once
