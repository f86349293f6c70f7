import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters import live as live_party
from adapters.party import read_profile
from app import MAPPINGS
from gateway.errors import GatewayError
from gateway.mapping.player import NotTheSampleError, SamplePlayer
from gateway.mapping.samples import read_samples
from gateway.ports import Document
from tests.adapters.memory import now
from tests.adapters.servers import Request, Server, Visit, always, serving
from tests.commands.conftest import Terminal
from tests.commands.provinces import change, copied, decided, given, told


def of_tables() -> list[str]:
    """The parties whose dialect is made of tables, found by their folders; one of each dialect."""
    found: dict[str, str] = {}
    for path in sorted(MAPPINGS.glob("*/*/party.yaml")):
        profile = read_profile(path)
        dialect = f"{profile.dialect.name}/{profile.dialect.version}"
        if (MAPPINGS / "dialects" / dialect / "dialect.yaml").exists():
            found.setdefault(dialect, profile.id)
    return list(found.values())


@pytest.mark.parametrize("party", of_tables())
def test_the_sample_player_takes_what_the_tables_write_of_every_party_of_tables(party: str) -> None:
    said = told(MAPPINGS, "party", "check", party, "--samples")
    assert said.splitlines()[-1].endswith(", 0 finding(s)")
    assert not said.splitlines()[-1].startswith("0 exchange(s)")


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    made = copied(tmp_path)
    decided(made)
    return made


def table(mappings: Path) -> Path:
    return mappings / "dialects" / "qinghai" / "1.0" / "messages" / "find-worker.yaml"


def test_a_table_that_writes_another_element_is_refused_with_the_diff(mappings: Path) -> None:
    change(table(mappings), ("there: request.sqbh", "there: request.sqh"))
    samples = table(mappings).parents[1] / "samples" / "queryPerson.request.xml"
    change(samples, ("q:sqbh", "q:sqh"))
    told(mappings, "party", "check", "qinghai", "--samples")
    change(samples, ("<q:sqh>CONSENT-2026-000017</q:sqh>", ""), ("<q:cxyt>1<", "<q:cxyt>2<"))
    change(table(mappings), ('as: text, inferred: "si.wsdl:16;', 'as: text, absent: empty, inferred: "si.wsdl:16;'))
    done = given(mappings, "party", "check", "qinghai", "--samples")
    assert done.exit_code == 1
    assert "request queryPerson.sqh" in done.output
    assert "(nothing)" in done.output


def test_a_reply_that_is_not_read_as_its_index_says_is_a_finding(mappings: Path) -> None:
    change(table(mappings).parents[1] / "samples" / "index.yaml", ("    error: party_fault\n", ""))
    done = given(mappings, "party", "check", "qinghai", "--samples")
    assert done.exit_code == 1
    assert "an answer that can be read" in done.output
    assert "系统繁忙" in done.output


@contextmanager
def playing(mappings: Path, *changes: tuple[str, str]) -> Iterator[Server]:
    """The party of the samples at an address; `changes`: what it says otherwise than its samples."""
    theirs = Path(shutil.copytree(mappings / "dialects" / "qinghai" / "1.0" / "samples", mappings / "played"))
    player = SamplePlayer(read_samples(theirs))

    def answer(visit: Visit, request: Request) -> None:
        try:
            text = player.answer(Document(request.body, request.headers["content-type"])).body.decode()
        except NotTheSampleError as refused:
            visit.answer(str(refused).encode(), "400 Bad Request", "text/plain")
            return
        for old, new in changes:
            text = text.replace(old, new)
        visit.answer(text.encode(), media_type="text/xml;charset=UTF-8")

    with serving(always(answer)) as server:
        yield server


def live(terminal: Terminal, mappings: Path, server: Server, code: int = 0) -> str:
    arguments = ("party", "check", "qinghai", "--live", "--address", server.url, "--mappings", str(mappings))
    done = terminal.run(*arguments)
    assert done.exit_code == code, done.output
    return done.output


def test_a_party_that_answers_as_its_samples_passes_at_its_test_address(terminal: Terminal, mappings: Path) -> None:
    with playing(mappings) as server:
        said = live(terminal, mappings, server)
    assert "contract test of qinghai against its test address" in said
    assert "1 exchange(s), 0 finding(s)" in said
    assert len(server.requests) == 1
    assert server.requests[0].headers["soapaction"] == '"urn:example:qinghai:si/queryPerson"'


@pytest.mark.parametrize(
    ("changes", "field", "expected", "found"),
    [
        ([("<q:aac301>630102<", "<q:aac301>63<")], "reply.person[0].aac301", "999999", "63"),
        ([("q:aac005>", "q:mz>")], "mz", "no field of this name", "it is there"),
        ([("<q:aac005>藏族</q:aac005>", "")], "queryPersonResponse.person.aac005", "as in every sample", "(absent)"),
        ([("<q:code>0<", "<q:code>7<")], "(answer)", "an answer that can be read", "answered FindWorker with a fault"),
        ([("1012</q:aac002>", "1021</q:aac002>")], "aac002", "what the request says", "something else"),
    ],
)
def test_what_a_party_answers_otherwise_is_reported_by_field(
    terminal: Terminal, mappings: Path, changes: list[tuple[str, str]], field: str, expected: str, found: str
) -> None:
    # Only the good sample: another one leaves nothing that stands in every sample, or shows the fault.
    index = mappings / "dialects" / "qinghai" / "1.0" / "samples" / "index.yaml"
    text = index.read_text("utf-8")
    start, end = text.index("  - file: queryPerson.nobody"), text.index("# Places of requests")
    index.write_text(text[:start] + text[end:], encoding="utf-8")
    with playing(mappings, *changes) as server:
        said = live(terminal, mappings, server, code=1)
    line = next(line for line in said.splitlines() if line.startswith("FindWorker") and field in line)
    assert expected in line
    assert found in line


def told_of(terminal: Terminal, mappings: Path, body: bytes, media_type: str = "text/xml;charset=UTF-8") -> str:
    """The report about a party that always answers so."""
    with serving(always(lambda visit, _: visit.answer(body, media_type=media_type))) as server:
        return live(terminal, mappings, server, code=1)


def test_a_fault_agrees_with_nothing_though_a_sample_shows_one_and_its_words_stay_out(
    terminal: Terminal, mappings: Path
) -> None:
    samples = mappings / "dialects" / "qinghai" / "1.0" / "samples"
    busy = (samples / "queryPerson.busy.reply.xml").read_text("utf-8")
    said = told_of(terminal, mappings, busy.replace("系统繁忙", "才让卓玛 630102199003071012 不存在").encode())
    assert "1 exchange(s), 1 finding(s)" in said
    assert "answered FindWorker with a fault: (" in said
    assert "才让卓玛" not in said
    assert "630102199003071012" not in said


def test_a_field_is_missed_though_another_sample_has_nothing_of_its_group(terminal: Terminal, mappings: Path) -> None:
    with playing(mappings, ("<q:aac001>6300000000042</q:aac001>", "")) as server:
        said = live(terminal, mappings, server, code=1)
    assert "queryPersonResponse.person.aac001" in said


def test_bytes_in_another_encoding_than_they_are_said_to_be_in_are_reported(terminal: Terminal, mappings: Path) -> None:
    samples = mappings / "dialects" / "qinghai" / "1.0" / "samples"
    said = told_of(terminal, mappings, (samples / "queryPerson.known.reply.xml").read_text("utf-8").encode("gbk"))
    line = next(line for line in said.splitlines() if "(encoding)" in line)
    assert "bytes in utf-8, as it says" in line
    assert "bytes in gb18030" in line


def test_what_is_no_answer_is_told_with_its_kind_and_size(terminal: Terminal, mappings: Path) -> None:
    assert "(text/html, 13 bytes)" in told_of(terminal, mappings, b"<html></html>", "text/html")


def test_an_answer_that_nobody_is_known_lacks_no_field(terminal: Terminal, mappings: Path) -> None:
    index = mappings / "dialects" / "qinghai" / "1.0" / "samples" / "index.yaml"
    person = re.compile(r"<q:person>.*</q:person>", re.DOTALL)
    known = index.parent / "queryPerson.known.reply.xml"
    whole = known.read_text("utf-8")
    with playing(mappings, (person.findall(whole)[0], "")) as server:
        assert "1 exchange(s), 0 finding(s)" in live(terminal, mappings, server)


def test_a_request_that_the_party_does_not_know_is_reported(terminal: Terminal, mappings: Path) -> None:
    with playing(mappings) as server:
        change(
            table(mappings),
            ("there: request.cxyt, here: warrant.purpose", "there: request.cxmd, here: warrant.purpose"),
        )
        samples = mappings / "dialects" / "qinghai" / "1.0" / "samples"
        change(samples / "queryPerson.request.xml", ("q:cxyt", "q:cxmd"))
        said = live(terminal, mappings, server, code=1)
    assert "1 finding(s)" in said


def test_nobody_there_is_reported_too(terminal: Terminal, mappings: Path) -> None:
    with playing(mappings) as server:
        pass
    said = live(terminal, mappings, server, code=1)
    assert "(connection)" in said


def test_a_contract_test_wants_an_address_of_its_own(
    terminal: Terminal, mappings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTY_QINGHAI_URL", "http://127.0.0.1:9/")
    said = terminal.refuses("party", "check", "qinghai", "--live", "--mappings", str(mappings))
    assert "PARTY_QINGHAI_TEST_URL" in said
    with playing(mappings) as server:
        monkeypatch.setenv("PARTY_QINGHAI_TEST_URL", server.url)
        assert "0 finding(s)" in terminal.says("party", "check", "qinghai", "--live", "--mappings", str(mappings))


def test_what_changes_something_is_not_sent_unless_it_is_asked_for(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTY_JIANGSU_SECRET", "secret")
    with serving(always(lambda visit, _: visit.answer(b"{}", media_type="application/json"))) as server:
        arguments = ("party", "check", "jiangsu", "--live", "--address", server.url)
        without = terminal.run(*arguments).output
        asked = len(server.requests)
        given_too = terminal.run(*arguments, "--changes").output
    assert "it changes something; sent with --changes only" in without
    assert "it changes something" not in given_too
    assert len(server.requests) > 2 * asked


@pytest.mark.parametrize(("code", "agrees"), [("400", True), ("500", False)])
def test_a_refusal_of_a_change_agrees_and_the_words_of_it_and_of_a_fault_stay_out(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, code: str, agrees: bool
) -> None:
    monkeypatch.setenv("PARTY_JIANGSU_SECRET", "secret")
    body = f'{{"retCode": "{code}", "retMsg": "才让卓玛未参保"}}'.encode()
    with serving(always(lambda visit, _: visit.answer(body, media_type="application/json"))) as server:
        said = terminal.run("party", "check", "jiangsu", "--live", "--changes", "--address", server.url).output
    assert ("it says party_refused" in said, "EnrolWorker with a fault: (" in said) == (agrees, not agrees)
    assert "才让卓玛" not in said


def test_a_party_that_is_not_configured_is_not_asked(mappings: Path) -> None:
    file = mappings / "provinces" / "qinghai" / "party.yaml"
    file.write_text(file.read_text("utf-8") + "\nconfigured: false\n", encoding="utf-8")
    with pytest.raises(GatewayError, match="configured: false"):
        live_party.asker(mappings, "qinghai", {"PARTY_QINGHAI_URL": "http://127.0.0.1:9/"}, now, {})
