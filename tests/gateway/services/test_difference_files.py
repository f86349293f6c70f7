"""Bureaus are told of differences once a run, until they acknowledge; what they answer lands on the breaks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.transport.outlets import SftpOutlet, answer_sources
from adapters.transport.sftp import place_of
from gateway.errors import GatewayError
from gateway.mapping.difference_writer import difference_layouts
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.model.difference import AnswerRow, Verdict
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode
from gateway.services import breaks
from gateway.services.difference_answers import take_answer, take_answers
from gateway.services.difference_files import MOST, file_view, queue, send_due
from gateway.services.runtime import Runtime
from gateway.store import difference_files
from gateway.store.difference_files import FileRow
from tests.adapters.transport.sftp_server import PASSWORD, USER, Terms, sftp_serving
from tests.gateway.mapping.answering import answer
from tests.gateway.services.broken import (
    DAY,
    MAPPINGS,
    PARTY,
    act,
    amount_break,
    found,
    knowing,
    run_of,
    side_row,
    view,
)
from tests.gateway.services.conftest import World

KEY = b"example-statement-key"


@dataclass
class Bureau:
    """Takes files, or fails as it is told."""

    way: str = "http"
    fails: list[GatewayError] = field(default_factory=list)
    has: list[tuple[str, bytes]] = field(default_factory=list)

    def send(self, name: str, body: bytes) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.has.append((name, body))
        return f"CY{len(self.has)}"


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


@pytest.fixture
def runtime(world: World, bureau: Bureau, tmp_path: Path) -> Runtime:
    made = knowing(world.runtime)
    statements = layouts(MAPPINGS)
    settings = replace(
        made.settings, var_dir=str(tmp_path / "var"), parties={key_setting(party): KEY.decode() for party in statements}
    )
    told = {PARTY: bureau}
    laid = difference_layouts(MAPPINGS, statements)
    return replace(made, settings=settings, statements=statements, outlets=told, differences=laid)


def shown(runtime: Runtime, row: FileRow) -> dict[str, Any]:
    with runtime.store.reading() as tx:
        kept = difference_files.get(tx, row.id)
        assert kept is not None
        return file_view(tx, kept)


def sent(runtime: Runtime) -> FileRow:
    """A break about which the bureau is asked, and the file that asks."""
    run = run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.ASK_BUREAU, "what is right?"))
    row = queue(runtime, run)
    assert send_due(runtime) == 1
    return row


def said(runtime: Runtime, *verdicts: tuple[Verdict, str | None], **changed: Any) -> bytes:
    rows = [AnswerRow(1, view(runtime)["break"], verdict, reason) for verdict, reason in verdicts]
    rows = changed.pop("rows", rows)
    return answer(runtime.differences[PARTY], changed.pop("day", DAY), rows, KEY, **changed)


def crossings(runtime: Runtime) -> list[tuple[str, str]]:
    kept: Sequence[Any] = runtime.journal._journal.crossings  # type: ignore[attr-defined]  # the list of these tests
    return [(each.direction, each.message) for each in kept]


def test_a_run_is_told_once_however_often_it_is_asked_for(runtime: Runtime, bureau: Bureau) -> None:
    run = run_of(runtime, amount_break())
    row = queue(runtime, run)
    assert queue(runtime, run).id == row.id
    assert (send_due(runtime), send_due(runtime)) == (1, 0)
    assert queue(runtime, run).id == row.id
    assert send_due(runtime) == 0
    ((name, body),) = bureau.has
    assert name == "20261109-collected-1-differences.txt"
    assert body.startswith(f"H|1|{PARTY}|20261109|1".encode())
    told = shown(runtime, row)
    assert (told["state"], told["acknowledgement"], told["rows"], told["way"]) == ("sent", "CY1", 1, "http")
    assert (told["our_total"], told["their_total"], told["attempts"]) == ("960.00", "950.00", 1)
    assert crossings(runtime) == [("out", "Differences"), ("in", "DifferencesTaken")]


def test_what_was_not_taken_is_sent_again_the_same_after_a_pause(
    world: World, runtime: Runtime, bureau: Bureau
) -> None:
    bureau.fails = [GatewayError("unavailable", reason="no line")]
    row = queue(runtime, run_of(runtime, amount_break()))
    assert (send_due(runtime), send_due(runtime)) == (0, 0)
    assert (shown(runtime, row)["state"], shown(runtime, row)["error"]) == ("waiting", "unavailable")
    act(runtime, "lin", breaks.resolve(RepairCode.ACCEPT_THEIRS, "meanwhile"))
    world.clock.forward(minutes=1)
    assert send_due(runtime) == 1
    assert (shown(runtime, row)["state"], shown(runtime, row)["attempts"], shown(runtime, row)["error"]) == (
        *("sent", 2),
        None,
    )
    assert b"|amount|accept_theirs|" in bureau.has[0][1]


def test_a_sender_that_died_is_followed_by_another_after_its_time(
    world: World, runtime: Runtime, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue(runtime, run_of(runtime, amount_break()))

    def dying(name: str) -> None:
        if name == "commit.differences_sent.before":
            raise SystemExit

    with monkeypatch.context() as dead:
        dead.setattr("gateway.store.work.passing", dying)
        with pytest.raises(SystemExit):
            send_due(runtime)
    assert send_due(runtime) == 0
    world.clock.forward(minutes=3)
    assert send_due(runtime) == 1
    # The bureau knows it by its name: the same again is the same file.
    assert bureau.has[0] == bureau.has[1]
    assert shown(runtime, row)["state"] == "sent"


def test_what_a_bureau_does_not_want_or_nobody_takes_waits_for_a_person(
    world: World, runtime: Runtime, bureau: Bureau
) -> None:
    bureau.fails = [GatewayError("differences_not_taken", party=PARTY, reason="102")]
    run = run_of(runtime, amount_break())
    row = queue(runtime, run)
    send_due(runtime)
    assert (shown(runtime, row)["state"], shown(runtime, row)["error"]) == ("failed", "differences_not_taken")
    world.clock.forward(days=1)
    assert send_due(runtime) == 0
    bureau.fails = [GatewayError("unavailable", reason="no line")] * (MOST + 5)
    assert queue(runtime, run).state == "waiting"
    for _ in range(MOST + 2):
        send_due(runtime)
        world.clock.forward(hours=2)
    assert (shown(runtime, row)["state"], shown(runtime, row)["attempts"]) == ("failed", MOST)


def test_a_day_with_nothing_to_tell_is_told_only_where_it_takes_back_what_was_told(
    runtime: Runtime, bureau: Bureau
) -> None:
    with pytest.raises(GatewayError) as raised:
        queue(runtime, run_of(runtime))
    assert raised.value.kind.code == "nothing_to_tell"
    queue(runtime, run_of(runtime, amount_break()))
    row = queue(runtime, run_of(runtime))
    assert (row.sequence, row.count) == (3, 0)
    assert send_due(runtime) == 2
    assert [name for name, _ in bureau.has] == [
        "20261109-collected-2-differences.txt",
        "20261109-collected-3-differences.txt",
    ]


def test_what_a_bureau_agrees_to_goes_on_waiting_and_the_same_answer_again_is_one(
    world: World, runtime: Runtime
) -> None:
    row = sent(runtime)
    world.clock.forward(days=2)
    body = said(runtime, (Verdict.AGREED, None))
    taken = take_answer(runtime, PARTY, body, "upload")
    assert take_answer(runtime, PARTY, body, "folder").id == taken.id
    told = view(runtime)
    assert (told["state"], told["waits_for"], told["waits_until"]) == ("waiting", PARTY, "2026-11-19")
    assert [(each["action"], each["by"]) for each in told["history"]][-1] == ("answered", PARTY)
    assert told["history"][-1]["comment"] == f"{PARTY}: agreed (20261109-collected-1-differences.txt)"
    file = shown(runtime, row)
    assert (file["state"], [(each["rows"], each["agreed"]) for each in file["answers"]]) == ("answered", [(1, 1)])


def test_what_a_bureau_does_not_agree_to_is_open_again_with_its_reason(runtime: Runtime) -> None:
    sent(runtime)
    take_answer(runtime, PARTY, said(runtime, (Verdict.NOT_AGREED, "税票已作废")), "upload")
    told = view(runtime)
    assert (told["state"], told["waits_for"], told["repairs"][0]["state"]) == ("reopened", None, "disproved")
    assert "not agreed: 税票已作废" in told["history"][-1]["comment"]


def test_a_break_that_nobody_waits_for_only_shows_what_was_said(runtime: Runtime) -> None:
    queue(runtime, run_of(runtime, amount_break()))
    send_due(runtime)
    take_answer(runtime, PARTY, said(runtime, (Verdict.NOT_AGREED, "正确")), "upload")
    assert (view(runtime)["state"], view(runtime)["history"][-1]["action"]) == ("open", "answered")


@pytest.mark.parametrize(
    ("changed", "line", "expected"),
    [
        ({"day": DAY + timedelta(days=1)}, "1", "day and sequence of a file that was sent"),
        ({"sequence": 2}, "1", "day and sequence of a file that was sent"),
        ({"rows": [AnswerRow(1, "brk_nowhere", Verdict.AGREED)]}, "2", "a row and a reference of the file"),
    ],
)
def test_an_answer_to_what_was_not_told_is_refused_whole_and_kept(
    runtime: Runtime, changed: dict[str, Any], line: str, expected: str
) -> None:
    sent(runtime)
    before = view(runtime)
    body = said(runtime, (Verdict.AGREED, None), **changed)
    for _ in range(2):
        with pytest.raises(GatewayError) as raised:
            take_answer(runtime, PARTY, body, "upload")
        assert raised.value.kind.code == "difference_answer_refused"
        assert (raised.value.params["line"], raised.value.params["expected"]) == (line, expected)
    assert view(runtime) == before


def test_answers_in_the_folder_are_taken_and_refused_ones_put_aside(runtime: Runtime) -> None:
    sent(runtime)
    folder = runtime.settings.var / "differences" / PARTY / "in"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(said(runtime, (Verdict.AGREED, None)))
    (folder / "b.txt").write_bytes(b"H|1\n")
    (folder / "c.txt.part").write_bytes(b"H")
    assert take_answers(runtime) == 1
    assert view(runtime)["history"][-1]["action"] == "answered"
    assert [path.name.partition("-")[2] for path in (folder / "taken").iterdir()] == ["a.txt"]
    assert [path.name.partition("-")[2] for path in (folder / "refused").iterdir()] == ["b.txt"]
    assert (folder / "c.txt.part").exists()


def test_an_answer_on_the_partys_server_is_fetched_and_put_aside(runtime: Runtime, tmp_path: Path) -> None:
    sent(runtime)
    (tmp_path / "there").mkdir()
    with sftp_serving(Terms(tmp_path / "there")) as server:
        given = {"URL": f"sftp://{USER}@127.0.0.1:{server.port}/", "HOST_KEY": server.shown, "SECRET": PASSWORD}
        place = place_of(PARTY, lambda name: given.get(name, ""))
        assert place is not None
        outlet = SftpOutlet(replace(place, folder="/differences", settles=0))
        fetching = replace(runtime, answers=answer_sources({PARTY: outlet}))
        assert take_answers(fetching) == 0
        folder = tmp_path / "there" / "differences" / "answers"
        (folder / "a.txt").write_bytes(said(runtime, (Verdict.AGREED, None)))
        (folder / "b.txt").write_bytes(b"H|1\n")
        assert take_answers(fetching) == 2
        assert sorted(path.name for path in (folder / "taken").iterdir()) == ["a.txt", "b.txt"]
        assert take_answers(fetching) == 0
    assert view(runtime)["history"][-1]["action"] == "answered"
    assert take_answers(fetching) == 0


def test_rows_of_one_break_are_one_verdict(runtime: Runtime, bureau: Bureau) -> None:
    rows = [side_row("here", 1), side_row("here", 2)]
    queue(runtime, run_of(runtime, found(BreakClass.ONLY_HERE, rows)))
    send_due(runtime)
    handle = view(runtime)["break"]
    some = [AnswerRow(1, handle, Verdict.AGREED), AnswerRow(2, handle, Verdict.NOT_AGREED, "无此税票")]
    take_answer(runtime, PARTY, said(runtime, rows=some), "upload")
    assert view(runtime)["history"][-1]["comment"].startswith(f"{PARTY}: not agreed: 无此税票")
