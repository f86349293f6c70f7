from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from adapters import directory
from adapters.party import OrdinaryParty, read_profile
from adapters.provinces.hunan import SessionTransport
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.dialect_loader import dialects
from gateway.ports import Dialect, Party
from tests.adapters.memory import MemoryJournal, MemorySessions, now
from tests.commands.provinces import (
    EXAMPLES,
    SAMPLES,
    change,
    copied,
    decided,
    files,
    given,
    of_samples,
    proposed,
    told,
)

KNOWN = [
    ("molss", "hunan"),
    ("yinhai", "sichuan"),
    ("prm", "guizhou"),
    ("hosdata", "hebei"),
    ("cjb", "hunan-resident"),
    ("jiangsu-json", "jiangsu"),
    ("gateway/1.1", "beijing"),
]


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    return copied(tmp_path)


def parties(mappings: Path, *names: str) -> dict[str, Party]:
    """The parties of these names, nobody listening at their addresses."""
    settings = {f"PARTY_{name.upper().replace('-', '_')}_URL": "http://127.0.0.1:9/" for name in names}
    settings |= {f"PARTY_{name.upper().replace('-', '_')}_SECRET": "secret" for name in names}
    makers: dict[str, Callable[..., Dialect]] = {**dialects(mappings, lambda _: "secret"), **gateway_dialects()}
    return directory.load(mappings, settings, makers, MemoryJournal(), now, MemorySessions())


@pytest.mark.parametrize(("dialect", "model"), KNOWN, ids=[model for _, model in KNOWN])
def test_a_second_party_of_a_known_dialect_is_one_file_and_does_as_the_first(
    mappings: Path, dialect: str, model: str
) -> None:
    before = files(mappings)
    told(mappings, "party", "new", "provinces/qinghai", "--dialect", dialect, "--region", "63", "--like", model)
    after = files(mappings)
    assert after.keys() - before.keys() == {"provinces/qinghai/party.yaml"}
    assert {name: after[name] for name in before} == before
    assert "qinghai: " in told(mappings, "check", "qinghai")
    found = parties(mappings, "qinghai", model)
    assert type(found["qinghai"]) is type(found[model])
    assert found["qinghai"].supports == found[model].supports
    assert found["qinghai"].regions == ("63",)


def test_a_second_party_of_hunans_dialect_logs_in_as_hunan_does(mappings: Path) -> None:
    told(mappings, "party", "new", "provinces/qinghai", "--dialect", "molss")
    party = parties(mappings, "qinghai")["qinghai"]
    assert isinstance(party, OrdinaryParty)
    assert isinstance(party._conversation._transport, SessionTransport)


def test_what_was_seen_at_one_party_is_inferred_at_another(mappings: Path) -> None:
    told(mappings, "party", "new", "provinces/qinghai", "--dialect", "molss")
    profile = read_profile(mappings / "provinces" / "qinghai" / "party.yaml")
    assert {each.known for each in profile.supports} == {"inferred", "ours"}
    assert all(each.because.startswith("as hunan, which speaks the same dialect") for each in profile.supports)


def test_a_party_that_is_there_is_not_written_again(mappings: Path) -> None:
    before = files(mappings)
    done = given(mappings, "party", "new", "provinces/hunan", "--dialect", "molss")
    assert done.exit_code == 2
    assert "is there already; nothing was written" in done.output
    assert files(mappings) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("provinces/qinghai",), "say which dialect it speaks"),
        (("provinces/qinghai", "--dialect", "frobnicate"), "dialect frobnicate (there are "),
        (("provinces/qinghai", "--dialect", "molss", "--like", "sichuan"), "party sichuan of the dialect molss"),
        (("provinces/qinghai", "--dialect", "card-rpc"), "province that speaks card-rpc"),
        (("qinghai", "--dialect", "molss"), "provinces/NAME"),
        (("platforms/x", "--dialect", "molss"), "provinces/NAME"),
        (("provinces/Qinghai", "--dialect", "molss"), "small letters"),
        (("provinces/x-", "--dialect", "molss"), "small letters"),
        (("provinces/medical-hunan", "--dialect", "molss"), "has the id medical-hunan already"),
        (("provinces/x", "--dialect", "molss", "--region", "甘肃"), "it is two to six digits, such as 63"),
        (("provinces/x", "--dialect", "molss", "--region", "99"), "no region of regions.yaml begins so"),
        (("cards/x", "--wsdl", str(EXAMPLES / "si.wsdl"), "--message", "queryPerson=FindWorker"), "provinces/NAME"),
        (("provinces/x", "--wsdl", str(EXAMPLES / "si.wsdl"), "--message", "queryPerson"), "equals sign"),
        (("provinces/x", "--wsdl", str(EXAMPLES / "si.wsdl"), "--message", "queryPerson=Find"), "no message Find"),
        (("provinces/x", "--wsdl", str(EXAMPLES / "si.wsdl"), "--message", "find=FindWorker"), "it has queryPerson"),
        (("provinces/x", "--wsdl", str(SAMPLES[0])), "it is not a WSDL 1.1"),
        (("provinces/x", "--sample", str(EXAMPLES / "si.wsdl")), "the name of an example says what it is"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_would_be_right(
    mappings: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = files(mappings)
    done = given(mappings, "party", "new", *arguments)
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.output.replace("│", " ").split())
    assert files(mappings) == before


def test_a_wsdl_becomes_a_dialect_whose_open_places_the_check_lists(mappings: Path) -> None:
    before = files(mappings)
    folder = proposed(mappings)
    added = files(mappings).keys() - before.keys()
    assert all(name.startswith(("dialects/qinghai/1.0/", "provinces/qinghai/")) for name in added)
    assert {name: content for name, content in files(mappings).items() if name in before} == before
    done = given(mappings, "check", "qinghai")
    assert done.exit_code == 1
    table = folder / "messages" / "find-worker.yaml"
    line = next(n for n, text in enumerate(table.read_text("utf-8").splitlines(), 1) if "request.lsh" in text)
    assert f"{table}, line {line}: to be decided: here of request.lsh" in done.output
    assert "4 fault(s)" in done.output


def test_what_the_proposal_knows_it_has_from_other_tables_and_says_so(mappings: Path) -> None:
    table = yaml.safe_load((proposed(mappings) / "messages" / "find-worker.yaml").read_text("utf-8"))
    lines = {line["there"]: line for line in table["request"]["lines"]}
    assert table["message"] == "FindWorker"
    assert lines["request.aac003"]["here"] == "person.name"
    assert "the column as in" in lines["request.aac003"]["inferred"]
    assert "si.wsdl:14" in lines["request.aac003"]["inferred"]
    codes = yaml.safe_load((mappings / "dialects/qinghai/1.0/codes.yaml").read_text("utf-8"))
    assert [(line["there"], line["here"]) for line in codes["id_type"]["codes"]] == [
        ("01", "resident_id"),
        ("08", "hmt_permit"),
    ]


def test_once_everything_is_decided_check_and_contract_test_pass(mappings: Path) -> None:
    decided(mappings)
    assert "0 fault(s)" in told(mappings, "check", "qinghai")
    said = told(mappings, "party", "check", "qinghai", "--samples")
    assert "3 exchange(s), 0 finding(s)" in said
    assert "qinghai" in parties(mappings, "qinghai")


ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>{}'
    "</soapenv:Body></soapenv:Envelope>"
)
CALL = '<q:call xmlns:q="urn:q"><arg0>{}</arg0></q:call>'
ANSWER = '<q:callResponse xmlns:q="urn:q"><return>{}</return></q:callResponse>'


def escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def test_examples_of_a_string_that_holds_a_document_become_a_dialect(mappings: Path, tmp_path: Path) -> None:
    asked = "<input><aac002>630102199003071012</aac002><aac003>才让卓玛</aac003></input>"
    said = "<output><appcode>1</appcode><aac001>42</aac001></output>"
    request, reply = tmp_path / "find-worker.request.xml", tmp_path / "find-worker.reply.xml"
    request.write_text(ENVELOPE.format(CALL.format(escaped(asked))), encoding="utf-8")
    reply.write_text(ENVELOPE.format(ANSWER.format(escaped(said))), encoding="utf-8")
    told(mappings, "party", "new", "provinces/qinghai", *of_samples([request, reply]))
    folder = mappings / "dialects" / "qinghai" / "1.0"
    options = yaml.safe_load((folder / "dialect.yaml").read_text("utf-8"))["options"]
    assert (options["request"], options["reply"], options["status"]) == ("input", "output", "appcode")
    assert (options["namespace"], options["operations"]) == ("urn:q", ["call"])
    assert (options["parameter"], options["answer"]) == ("arg0", "return")
    table = yaml.safe_load((folder / "messages" / "find-worker.yaml").read_text("utf-8"))
    assert {line["there"]: line["here"] for line in table["request"]["lines"][:2]} == {
        "input.aac002": "person.id_number",
        "input.aac003": "person.name",
    }


def test_examples_in_json_become_a_dialect_that_passes_once_it_is_decided(mappings: Path, tmp_path: Path) -> None:
    request, reply = tmp_path / "find-worker.request.json", tmp_path / "find-worker.reply.json"
    person = '"aac058": "01", "aac002": "630102199003071012", "aac003": "才让卓玛"'
    request.write_text(f'{{{person}, "cxyt": "1", "sqbh": "C-1", "lsh": "1"}}', encoding="utf-8")
    reply.write_text('{"code": "0", "msg": "", "data": [{"aac001": "42", "aac301": "630102"}]}', encoding="utf-8")
    path = ("--path", "find-worker=/api/person")
    told(mappings, "party", "new", "provinces/qinghai", *path, *of_samples([request, reply]))
    folder = mappings / "dialects" / "qinghai" / "1.0"
    change(folder / "dialect.yaml", ('"? what it says when all went well"', '"0"'))
    change(folder / "dialect.yaml", ('"? what it says when it refuses"', '"9"'))
    change(
        folder / "messages" / "find-worker.yaml",
        ('there: lsh, here: "?"', "there: lsh, control: message_id"),
        ('"? why nothing carries it, or give it a line"', "nobody else was asked"),
    )
    assert "0 fault(s)" in told(mappings, "check", "qinghai")
    assert "1 exchange(s), 0 finding(s)" in told(mappings, "party", "check", "qinghai", "--samples")


def test_json_with_numbers_passes_once_it_is_decided_and_no_path_has_to_be_given_beforehand(
    mappings: Path, tmp_path: Path
) -> None:
    request, known, nobody = (
        tmp_path / f"findWorker.{name}.json" for name in ("request", "known.reply", "nobody.reply")
    )
    person = '"aac058": "01", "aac002": "630102199003071012", "aac003": "才让卓玛"'
    request.write_text(f'{{{person}, "cxyt": "1", "sqbh": "C-1"}}', encoding="utf-8")
    known.write_text('{"code": 0, "msg": "", "aac001": 6300000000042, "aac301": 630102}', encoding="utf-8")
    nobody.write_text('{"code": 1, "msg": "查无此人"}', encoding="utf-8")
    told(mappings, "party", "new", "provinces/qinghai", "--region", "63", *of_samples([request, known, nobody]))
    folder = mappings / "dialects" / "qinghai" / "1.0"
    index, table = folder / "samples" / "index.yaml", folder / "messages" / "find-worker.yaml"
    assert {each["message"] for each in yaml.safe_load(index.read_text("utf-8"))["samples"]} == {"FindWorker"}
    for path in (index, table):
        change(path, ('"? the path of the call"', "/person/find"))
    change(folder / "dialect.yaml", ('"? what it says when all went well: a number, without quotes"', "0"))
    change(folder / "dialect.yaml", ('"? what it says when it refuses: a number, without quotes"', "1"))
    change(table, ('{there: "?", here: known, ours: to be decided}', "{here: known, const: true}"))
    change(table, ('"? why nothing carries it, or give it a line"', "nobody else was asked"))
    change(index, ("situation: nobody", "error: party_fault"))
    assert "0 fault(s)" in told(mappings, "check", "qinghai")
    assert "2 exchange(s), 0 finding(s)" in told(mappings, "party", "check", "qinghai", "--samples")


def test_operations_that_carry_one_message_are_not_written_over_one_another(mappings: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "find-worker.request.json", tmp_path / "FindWorker.request.json"]
    for path in paths:
        path.write_text('{"aac002": "630102199003071012"}', encoding="utf-8")
    before = files(mappings)
    done = given(mappings, "party", "new", "provinces/qinghai", *of_samples(paths))
    assert "2 operations carry FindWorker" in done.output
    assert files(mappings) == before


def test_examples_of_a_known_dialect_are_recognised_also_where_they_can_be_read(mappings: Path, tmp_path: Path) -> None:
    request = tmp_path / "findCover.request.xml"
    inner = escaped("<HOSDATA><MSGNO>1101</MSGNO></HOSDATA>")
    request.write_text(ENVELOPE.format(CALL.format(inner)), encoding="utf-8")
    assert "look like the dialect hosdata" in told(mappings, "party", "new", "provinces/x", *of_samples([request]))


def test_a_party_that_was_taken_over_is_no_model_before_the_one_that_was_seen(mappings: Path) -> None:
    told(mappings, "party", "new", "provinces/anhui", "--dialect", "molss", "--region", "34")
    assert "as hunan says of itself" in told(mappings, "party", "new", "provinces/gansu", "--dialect", "molss")
