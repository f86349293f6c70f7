import json
from pathlib import Path
from typing import Any

import pytest

from app import MAPPINGS
from tests.commands.provinces import copied, decided, given, told

SAMPLES = MAPPINGS / "dialects"
PERSON = {"id_type": "resident_id", "id_number": "430102199003071015", "name": "周远航"}


def fields(*arguments: str) -> dict[str, dict[str, Any]]:
    return {line["here"]: line for line in json.loads(told(MAPPINGS, *arguments, "--json"))["fields"]}


def test_a_reply_of_theirs_is_shown_field_by_field_with_the_line_of_its_rule() -> None:
    reply = str(SAMPLES / "molss/1.0/samples/find-cover.one-row.reply.xml")
    found = fields("party", "try", "hunan", "FindCover", reply)
    state = found["covers[].state"]
    assert state["there"] == "querylist.row[0].aae140+aac031+aac008"
    file, code = state["rule"].split()
    assert line_of(file.partition(":")[0], file) == "- there: [aae140, aac031, aac008]"
    assert state["means"] in line_of("dialects/molss/1.0/codes.yaml", code)
    assert {line["written"] for line in found.values() if line["here"].startswith("covers")} == {"the same"}


def line_of(file: str, rule: str) -> str:
    return (MAPPINGS / file).read_text("utf-8").splitlines()[int(rule.rpartition(":")[2]) - 1].strip()


def test_a_request_of_theirs_is_shown_and_its_credentials_are_not() -> None:
    request = str(SAMPLES / "molss/1.0/samples/find-cover.request.xml")
    said = told(MAPPINGS, "party", "try", "hunan", "FindCover", request)
    assert "person.id_number" in said
    assert "not-a-secret" not in said
    assert "0 written otherwise than read" in said


def test_a_message_of_ours_is_written_and_read_back(tmp_path: Path) -> None:
    ask = tmp_path / "ask.json"
    ask.write_text(json.dumps({"person": PERSON, "warrant": {"purpose": "enrolment_check"}}), encoding="utf-8")
    for party in ("hunan", "jiangsu", "sichuan"):
        said = json.loads(told(MAPPINGS, "party", "try", party, "FindWorker", str(ask), "--json"))
        assert said["direction"] == "ours -> theirs -> ours"
        assert said["notes"] == []
        assert {line["here"]: line["means"] for line in said["fields"]}["person.name"] == "周远航"


def test_a_message_of_ours_that_is_none_is_told_with_the_fields(tmp_path: Path) -> None:
    ask = tmp_path / "ask.json"
    ask.write_text(json.dumps({"person": {**PERSON, "name": ""}}), encoding="utf-8")
    done = given(MAPPINGS, "party", "try", "hunan", "FindWorker", str(ask))
    assert done.exit_code == 2
    assert "/warrant" in done.output


def test_what_a_party_cannot_carry_is_told(tmp_path: Path) -> None:
    ask = tmp_path / "ask.json"
    person = {**PERSON, "name": "𪚥" * 30}
    ask.write_text(json.dumps({"person": person, "warrant": {"purpose": "enrolment_check"}}), encoding="utf-8")
    done = given(MAPPINGS, "party", "try", "hunan", "FindWorker", str(ask))
    assert done.exit_code == 1
    assert "FAULT" in done.output
    assert "hunan" in done.output


def test_a_reply_that_cannot_be_read_is_followed_as_far_as_it_goes(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    samples = decided(mappings) / "samples"
    reply = samples / "queryPerson.known.reply.xml"
    reply.write_text(reply.read_text("utf-8").replace("<q:aac301>630102<", "<q:aac301>63<"), encoding="utf-8")
    done = given(mappings, "party", "try", "qinghai", "FindWorker", str(reply))
    assert done.exit_code == 1
    assert "UNREADABLE" in next(line for line in done.output.splitlines() if "aac301" in line)
    assert "FAULT" in done.output


def test_the_request_that_a_reply_answers_may_be_named(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    samples = decided(mappings) / "samples"
    (tmp_path / "reply.xml").write_bytes((samples / "queryPerson.known.reply.xml").read_bytes())
    asked = ("--about", str(samples / "queryPerson.request.xml"))
    said = told(mappings, "party", "try", "qinghai", "FindWorker", str(tmp_path / "reply.xml"), *asked)
    assert "person_number" in said


def test_of_a_party_that_speaks_our_contract_the_wsdl_is_the_rule(tmp_path: Path) -> None:
    ask = tmp_path / "ask.json"
    ask.write_text(json.dumps({"person": PERSON, "warrant": {"purpose": "enrolment_check"}}), encoding="utf-8")
    ours = fields("party", "try", "beijing", "FindWorker", str(ask))
    folder = SAMPLES / "gateway" / "1.1" / "samples"
    asked = ("--about", str(folder / "FindCover.request.xml"))
    theirs = fields("party", "try", "beijing", "FindCover", str(folder / "FindCover.answer.xml"), *asked)
    assert ours["person.name"]["says"] == "周远航"
    assert ours["control.sender"]["says"] == "gateway"
    state = next(line for here, line in theirs.items() if here.startswith("covers") and here.endswith("state"))
    file, _, line = state["rule"].partition(":")
    assert 'name="state"' in (MAPPINGS / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert state["written"] == "the same"


@pytest.mark.parametrize(
    ("party", "message", "words"),
    [
        ("nobody", "FindWorker", "party nobody (there are "),
        ("demo-platform", "CaseChanged", "of demo-platform is not made of tables"),
        ("hunan", "FindCard", "hunan does not take FindCard"),
        ("hunan", "FindEverything", "Invalid value"),
    ],
)
def test_what_cannot_be_tried_is_said(party: str, message: str, words: str) -> None:
    request = str(SAMPLES / "molss/1.0/samples/find-cover.request.xml")
    done = given(MAPPINGS, "party", "try", party, message, request)
    assert done.exit_code == 2
    assert words in done.output
