import json
import shutil
from pathlib import Path

import pytest

from app import MAPPINGS
from commands.party_shadow import paired
from gateway.ports import Crossing
from gateway.store.journal_traffic import Kept
from tests.commands.conftest import Terminal
from tests.commands.provinces import change, copied, decided, files, given

SAMPLES = MAPPINGS / "dialects" / "molss" / "1.0" / "samples"
ENDED = ('{there: [["170", "390"], "3", "4"], here: ended', '{there: [["170", "390"], "3", "4"], here: suspended')


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    folder = tmp_path / "next" / "dialects" / "molss" / "1.0"
    shutil.copytree(MAPPINGS / "dialects" / "molss" / "1.0", folder)
    return folder


def shadowed(terminal: Terminal, candidate: Path, *arguments: str, code: int) -> str:
    done = terminal.run("party", "shadow", "hunan", "--candidate", str(candidate), *arguments)
    assert done.exit_code == code, done.output
    return done.output


def test_the_same_table_makes_no_difference(terminal: Terminal, candidate: Path) -> None:
    said = shadowed(terminal, candidate, "--traffic", str(SAMPLES), code=0)
    assert said.splitlines()[0] == "no difference"
    assert said.splitlines()[-1].endswith("0 difference(s); nothing was changed")


def test_what_a_new_table_reads_otherwise_is_listed_with_its_line_and_nothing_is_changed(
    terminal: Terminal, candidate: Path
) -> None:
    change(
        candidate / "messages" / "find-cover.yaml",
        ("there: aae011, here: registered_by", "there: aae012, here: registered_by"),
    )
    before = files(candidate)
    found = json.loads(shadowed(terminal, candidate, "--traffic", str(SAMPLES), "--json", code=1))
    assert files(candidate) == before
    broken = {row["document"] for row in found if row["field"] == "(document)"}
    assert "find-cover.many-rows.reply.xml" in broken
    assert all("aae011" in row["then"] for row in found if row["field"] == "(document)")


def test_a_code_that_means_something_else_is_a_difference_of_one_field(terminal: Terminal, candidate: Path) -> None:
    change(candidate / "codes.yaml", ENDED)
    found = json.loads(shadowed(terminal, candidate, "--traffic", str(SAMPLES), "--json", code=1))
    [row] = [
        row for row in found if (row["document"], row["field"][:8]) == ("find-cover.many-rows.reply.xml", "/covers/")
    ]
    assert (row["field"], row["now"], row["then"]) == ("/covers/2/state", "ended", "suspended")
    file, code = row["rule"].split()
    assert file.startswith("dialects/molss/1.0/messages/find-cover.yaml:")
    lines = (candidate / "codes.yaml").read_text("utf-8").splitlines()
    assert ENDED[1] in lines[int(code.removeprefix("codes.yaml:")) - 1]


def test_personal_values_are_not_shown(terminal: Terminal, candidate: Path, tmp_path: Path) -> None:
    change(
        candidate / "dialect.yaml",
        ("there: business.aac003, here: person.name", "there: business.aac004, here: person.name"),
    )
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    shutil.copy(SAMPLES / "find-worker.request.xml", recorded / "find-worker.request.xml")
    shutil.copy(SAMPLES / "find-worker.no-row.reply.xml", recorded / "find-worker.reply.xml")
    said = shadowed(terminal, candidate, "--traffic", str(recorded), code=1)
    assert "2 document(s)" in said
    assert "周远航" not in said


def test_traffic_comes_out_of_the_journal_in_pairs(terminal: Terminal, candidate: Path) -> None:
    runtime = terminal.runtime()
    terminal.opened.append(runtime)
    request, reply = (SAMPLES / name for name in ("find-cover.request.xml", "find-cover.many-rows.reply.xml"))
    for direction, path in (("out", request), ("in", reply)):
        body, at = path.read_bytes(), runtime.now()
        runtime.journal.record(Crossing(direction, "hunan", "FindCover", "text/xml", body, at, "leg_1"))  # type: ignore[arg-type]  # both are directions
    assert "2 document(s)" in shadowed(terminal, candidate, "--journal", "2026-11-01", code=0)
    change(candidate / "messages" / "find-cover.yaml", ("there: aac301, here: region", "there: aac302, here: region"))
    found = json.loads(shadowed(terminal, candidate, "--journal", "2026-11-01", "--json", code=1))
    assert [row["message"] for row in found] == ["CoverFound"]
    assert shadowed(terminal, candidate, "--journal", "2027-01-01", code=1).startswith("nothing was compared")


def test_what_comes_the_other_way_under_one_leg_is_the_answer() -> None:
    kept = [
        Kept("s.1", "out", "Login", "text/xml", "leg_1", b"1"),
        Kept("s.2", "in", "Login", "text/xml", "leg_1", b"2"),
        Kept("s.3", "out", "FindCover", "text/xml", "leg_1", b"3"),
        Kept("s.4", "out", "FindCover", "text/xml", "leg_2", b"4"),
        Kept("s.5", "in", "FindCover", "text/xml", "leg_1", b"5"),
        Kept("s.6", "out", "FindCover", "text/xml", "leg_2", b"6"),
    ]
    found = [(each.document.body, each.about.body if each.about else None) for each in paired(kept, lambda _: "")]
    assert found == [(b"1", None), (b"2", b"1"), (b"3", None), (b"4", None), (b"5", b"3"), (b"6", None)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give --traffic or --journal"),
        (("--traffic", str(SAMPLES)), "and --candidate or --version"),
        (("--traffic", str(SAMPLES), "--version", "9.9"), "there is no such dialect"),
        (("--journal", "yesterday", "--version", "1.0"), "such as 2026-11-01"),
    ],
)
def test_what_is_missing_is_said(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    assert words in terminal.refuses("party", "shadow", "hunan", *arguments)


def test_the_words_of_a_fault_stay_out_as_they_may_be_about_anybody(tmp_path: Path) -> None:
    mappings = copied(tmp_path)
    present = decided(mappings)
    following = Path(shutil.copytree(present, tmp_path / "next" / "dialects" / "qinghai" / "1.0"))
    change(following / "dialect.yaml", ('fine: ["0"]', 'fine: ["0", "-1"]'))
    change(present / "samples" / "queryPerson.busy.reply.xml", ("系统繁忙", "才让卓玛 630102199003071012 不存在"))
    options = ("--traffic", str(present / "samples"), "--candidate", str(following))
    done = given(mappings, "party", "shadow", "qinghai", *options)
    assert "party_fault: qinghai answered FindWorker with a fault: (" in done.output
    assert "才让卓玛" not in done.output
    assert "630102199003071012" not in done.output
