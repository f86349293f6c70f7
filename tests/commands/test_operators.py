"""Cases, legs, parties and webhooks by hand."""

import json

import pytest

from gateway.model.codes import LegState
from gateway.services import operate
from gateway.store import legs
from gateway.store.work import LockTimeoutError
from tests.commands.conftest import Terminal
from tests.gateway.services.accepting import accept
from tests.gateway.services.test_accept import enrolment, key

BECAUSE = ("--because", "asked the agency by telephone")


def put(terminal: Terminal, leg: str, state: LegState) -> None:
    with terminal.runtime().store.work("test") as tx:
        legs.change(tx, leg, state, due_at=None)


def told(terminal: Terminal, case: str) -> list[str]:
    return [line["text"] for line in terminal.json("case", "show", case)["timeline"]]


def enrol_leg(terminal: Terminal, case: str) -> str:
    """A leg whose effect nobody knows."""
    with terminal.runtime().store.work("test") as tx:
        payload = legs.payload(tx, legs.named(tx, case, "FindCover")[0])
        leg = legs.add(tx, legs.NewLeg(case, "hunan", "EnrolWorker", payload, "pension"))
    put(terminal, leg, LegState.NEEDS_PERSON)
    return leg


def test_nothing_to_list_is_said(terminal: Terminal) -> None:
    assert terminal.says("case", "list") == "nothing found\n"
    assert terminal.says("case", "list", "--stuck") == "no leg waits for anybody\n"
    assert terminal.json("case", "list") == []
    assert terminal.json("case", "list", "--stuck") == []


def test_cases_are_listed_for_people_and_for_machines(terminal: Terminal) -> None:
    case = terminal.enrolled()
    head, row = terminal.says("case", "list").splitlines()
    assert head.split() == ["CASE", "STATUS", "UPDATED_AT"]
    assert row.split()[:2] == [case, "accepted"]
    (listed,) = terminal.json("case", "list")
    assert (listed["case"], listed["status"]) == (case, "accepted")


def test_cases_are_listed_by_status(terminal: Terminal) -> None:
    case = terminal.enrolled()
    assert [row["case"] for row in terminal.json("case", "list", "--status", "accepted")] == [case]
    assert terminal.json("case", "list", "--status", "refused") == []


def test_a_status_that_does_not_exist_is_refused_and_the_others_are_named(terminal: Terminal) -> None:
    assert "awaiting_payment" in terminal.refuses("case", "list", "--status", "nonsense")


def test_legs_that_wait_for_somebody_are_listed_with_why(terminal: Terminal) -> None:
    case = terminal.enrolled()
    leg = enrol_leg(terminal, case)
    (row,) = terminal.json("case", "list", "--stuck")
    assert (row["case"], row["leg"], row["party"], row["state"]) == (case, leg, "hunan", "needs_person")
    assert leg in terminal.says("case", "list", "--stuck")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_case_is_shown_whole_in_the_language_asked_for(terminal: Terminal, language: str) -> None:
    case = terminal.enrolled()
    shown = terminal.json("case", "show", case, "--language", language)
    assert (shown["case"], shown["status"]) == (case, "accepted")
    assert {"items", "levies", "legs", "timeline", "allowed_actions"} <= set(shown)
    chinese = any("\u4e00" <= character <= "\u9fff" for character in shown["timeline"][0]["text"])
    assert chinese == (language == "zh")


def test_a_case_is_shown_to_people_as_lines_and_tables(terminal: Terminal) -> None:
    case = terminal.enrolled()
    said = terminal.says("case", "show", case)
    assert f"case: {case}" in said
    assert "status: accepted" in said
    assert "zhejiang" in said


def test_an_operator_sees_the_number_of_nobody(terminal: Terminal) -> None:
    case = terminal.enrolled()
    for said in (terminal.says("case", "show", case), terminal.says("case", "list")):
        assert "430102199503070019" not in said
        assert "湘小骑" not in said
        assert "13900001234" not in said


ACTS = (
    ("leg", "retry", "leg_1"),
    ("leg", "cancel", "leg_1"),
    ("leg", "settle", "leg_1", "--as", "refused"),
    ("party", "pause", "zhejiang"),
    ("party", "resume", "zhejiang"),
    ("webhook", "replay", "leg_1"),
)


@pytest.mark.parametrize("command", ACTS, ids=" ".join)
def test_no_act_without_a_reason(terminal: Terminal, command: tuple[str, ...]) -> None:
    assert "Missing option '--because'" in terminal.refuses(*command)


@pytest.mark.parametrize(
    "command",
    [
        ("case", "show", "case_nowhere"),
        ("leg", "retry", "leg_nowhere", *BECAUSE),
        ("leg", "cancel", "leg_nowhere", *BECAUSE),
        ("leg", "settle", "leg_nowhere", "--as", "refused", *BECAUSE),
        ("party", "pause", "atlantis", *BECAUSE),
        ("party", "resume", "atlantis", *BECAUSE),
        ("party", "check", "atlantis"),
        ("webhook", "replay", "leg_nowhere", *BECAUSE),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_said_in_a_sentence(terminal: Terminal, command: tuple[str, ...]) -> None:
    assert terminal.refuses(*command).startswith("not_found: There is no such ")


def test_a_leg_is_retried_by_whoever_says_that_they_know(terminal: Terminal) -> None:
    case = terminal.enrolled()
    leg = enrol_leg(terminal, case)
    assert "--i-know" in terminal.refuses("leg", "retry", leg, *BECAUSE)
    assert terminal.leg(case, "EnrolWorker").state == "needs_person"
    assert terminal.says("leg", "retry", leg, "--i-know", *BECAUSE) == f"{leg} is due now\n"
    assert terminal.leg(case, "EnrolWorker").state == "pending"
    assert any("tester" in text and BECAUSE[1] in text for text in told(terminal, case))


def test_a_leg_is_cancelled_once(terminal: Terminal) -> None:
    case = terminal.enrolled()
    leg = terminal.leg(case).id
    assert terminal.says("leg", "cancel", leg, *BECAUSE) == f"{leg} is cancelled\n"
    assert terminal.leg(case).state == "cancelled"
    assert "leg_action_not_allowed" in terminal.refuses("leg", "cancel", leg, *BECAUSE)


def test_a_leg_is_settled_on_the_operators_word(terminal: Terminal) -> None:
    case = terminal.enrolled()
    leg = terminal.leg(case).id
    said = terminal.says("leg", "settle", leg, "--as", "accepted", "--answer", '{"known": false}', *BECAUSE)
    assert said == f"{leg} is settled as accepted\n"
    assert terminal.json("case", "show", case)["status"] == "registering"


@pytest.mark.parametrize("answer", ["{", '{"known": "perhaps"}', '{"odd": 1}', "[]", "5"])
def test_an_answer_that_is_none_is_refused_in_a_sentence(terminal: Terminal, answer: str) -> None:
    case = terminal.enrolled()
    leg = terminal.leg(case).id
    terminal.refuses("leg", "settle", leg, "--as", "accepted", "--answer", answer, *BECAUSE)
    assert terminal.leg(case).state == "pending"


def test_a_leg_is_settled_as_one_thing_or_the_other(terminal: Terminal) -> None:
    said = terminal.refuses("leg", "settle", "leg_1", "--as", "perhaps", *BECAUSE)
    assert "'accepted', 'refused'" in said


def test_a_party_is_paused_and_resumed(terminal: Terminal) -> None:
    assert terminal.says("party", "pause", "zhejiang", *BECAUSE) == "zhejiang is paused\n"
    assert terminal.says("party", "resume", "zhejiang", *BECAUSE) == "zhejiang is resumed\n"


def test_a_paused_party_is_seen_to_be_paused(terminal: Terminal) -> None:
    terminal.says("party", "pause", "zhejiang", *BECAUSE)
    paused = {row["party"]: row.get("paused") for row in terminal.json("party", "list")}
    assert paused == {"zhejiang": True, "tax-zhejiang": False, "demo-platform": False}


def test_parties_are_listed_with_what_they_take(terminal: Terminal) -> None:
    listed = {row["party"]: row for row in terminal.json("party", "list")}
    assert set(listed) == {"zhejiang", "tax-zhejiang", "demo-platform"}
    assert "EnrolWorker" in listed["zhejiang"]["takes"].split()
    assert listed["zhejiang"]["family"] == "province"


def test_a_party_that_does_not_answer_is_told_with_what_to_do_and_fails_the_check(terminal: Terminal) -> None:
    said = terminal.refuses("party", "check", "zhejiang", code=1)
    assert "zhejiang cannot be reached" in said
    assert "demo-platform" not in said
    every = terminal.refuses("party", "check", "--json", code=1)
    assert {row["party"] for row in json.loads(every)} == {"zhejiang", "tax-zhejiang", "demo-platform"}


def test_what_was_done_is_told_to_machines(terminal: Terminal) -> None:
    case = terminal.enrolled()
    asked, leg = terminal.leg(case).id, enrol_leg(terminal, case)
    assert terminal.json("party", "pause", "zhejiang", *BECAUSE) == {"party": "zhejiang", "state": "paused"}
    assert terminal.json("party", "resume", "zhejiang", *BECAUSE) == {"party": "zhejiang", "state": "open"}
    assert terminal.json("leg", "retry", leg, "--i-know", *BECAUSE) == {"leg": leg, "state": "pending"}
    assert terminal.json("leg", "cancel", leg, *BECAUSE) == {"leg": leg, "state": "cancelled"}
    assert terminal.json("leg", "settle", asked, "--as", "refused", *BECAUSE) == {"leg": asked, "state": "refused"}


def test_no_cover_is_found_that_nobody_was_asked_about(terminal: Terminal) -> None:
    case = terminal.enrolled()
    leg = terminal.leg(case).id
    assert "--answer" in terminal.refuses("leg", "settle", leg, "--as", "accepted", *BECAUSE)
    assert terminal.leg(case).state == "pending"


def test_that_there_are_more_cases_than_are_listed_is_said(terminal: Terminal) -> None:
    terminal.enrolled()
    accept(terminal.runtime(), key("k2"), enrolment(insurance=["unemployment"]), "en")
    listed = terminal.run("case", "list", "--limit", "1")
    assert len(listed.stdout.splitlines()) == 2
    assert "there are more" in listed.stderr
    whole = terminal.run("case", "list")
    assert len(whole.stdout.splitlines()) == 3
    assert whole.stderr == ""


def test_only_a_webhook_is_replayed(terminal: Terminal) -> None:
    case = terminal.enrolled()
    with terminal.runtime().store.work("test") as tx:
        leg = legs.add(tx, legs.NewLeg(case, "demo-platform", "CaseChanged", b"{}"))
    put(terminal, leg, LegState.NEEDS_PERSON)
    assert terminal.says("webhook", "replay", leg, *BECAUSE) == f"{leg} is due now\n"
    assert terminal.leg(case, "CaseChanged").state == "pending"
    assert "not_found" in terminal.refuses("webhook", "replay", terminal.leg(case).id, *BECAUSE)


def test_what_another_process_is_at_work_on_is_said_to_be(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise LockTimeoutError("database is locked")

    monkeypatch.setattr(operate, "cancel", busy)
    assert "try again" in terminal.refuses("leg", "cancel", "leg_1", *BECAUSE)


def test_every_act_is_in_the_journal(terminal: Terminal) -> None:
    case = terminal.enrolled()
    before = terminal.json("journal", "verify")["records"]
    terminal.says("leg", "cancel", terminal.leg(case).id, *BECAUSE)
    terminal.says("party", "pause", "zhejiang", *BECAUSE)
    assert terminal.json("journal", "verify")["records"] == before + 2
