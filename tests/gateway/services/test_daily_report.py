"""The report that an accountant signs: it ties out to the fen, in both languages, whatever names stand in it."""

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gateway.mapping.break_table import lines as class_names
from gateway.mapping.pairings import load_pairings
from gateway.mapping.statement_layout import key_setting
from gateway.model.breaks import BreakAction, BreakState, InTransit, RunState
from gateway.model.codes import Insurance
from gateway.model.reconciliation import Book, BreakClass, Sum
from gateway.model.repair import RepairCode
from gateway.services import breaks, reconciliation_words
from gateway.services.daily_report import LISTED, daily_report
from gateway.services.page import Html, element
from gateway.services.report_csv import report_csv
from gateway.services.report_html import report_html
from gateway.store import reconciliation, tables
from gateway.store.reconciliation import NewRun
from tests.gateway.mapping.statements import layout
from tests.gateway.services.broken import (
    DAY,
    FUND,
    MAPPINGS,
    PARTY,
    REGION,
    amount_break,
    knowing,
    one_of,
    run_of,
    tallies,
)
from tests.gateway.services.conftest import World
from tests.gateway.services.reported import FORMULA, HOSTILE, report

GOLDEN = Path(__file__).parent / "golden"
WORDS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    Path(reconciliation_words.__file__).with_name("reconciliation.toml").read_text(encoding="utf-8")
)
LANGUAGES = ("zh", "en")


class Reading(HTMLParser):
    """What a browser would see: elements that are open at the end, attributes, texts."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def cells(page: bytes) -> Iterator[str]:
    return iter(Reading(page).texts)


def sheet(language: str = "en", **given: Any) -> list[dict[str, str]]:
    text = report_csv(report(**given), language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def fen(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "made"), [("html", report_html), ("csv", report_csv)])
def test_the_report_is_the_golden_one(language: str, kind: str, made: Any) -> None:
    assert made(report(), language) == (GOLDEN / f"report.{language}.{kind}").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_name_stays_a_text_on_the_page(language: str) -> None:
    page = Reading(report_html(report(), language))
    assert page.open == []
    assert HOSTILE in page.texts
    assert FORMULA in page.texts
    assert {name for _, name, _ in page.attributes} <= {"class", "scope", "lang", "charset"}


def test_a_hostile_name_stays_a_text_in_a_spreadsheet() -> None:
    rows = [row for row in sheet() if row["Section"] == "Breaks, one by one"]
    assert rows[1]["Reason"] == f"'{FORMULA}"
    assert rows[1]["Claimed by"] == HOSTILE
    assert rows[0]["Difference"] == "10.00"


def test_whatever_is_put_into_an_element_is_escaped_unless_it_is_one() -> None:
    assert element("p", "<b>", element("b", 'a"'), title='"><x') == (
        '<p title="&quot;&gt;&lt;x">&lt;b&gt;<b>a&quot;</b></p>'
    )
    assert isinstance(element("p"), Html)


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_is_there_in_both_languages(kind: str) -> None:
    for code, entry in WORDS[kind].items():
        assert entry.keys() == {"en", "zh"}, code
        assert all(text.strip() for text in entry.values()), code


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("class", BreakClass),
        ("repair", RepairCode),
        ("action", BreakAction),
        ("state", BreakState),
        ("book", Book),
    ],
    ids=str,
)
def test_every_code_has_words_and_no_other(kind: str, codes: Any) -> None:
    assert set(WORDS[kind]) == {each.value for each in codes}


def test_a_fund_is_never_called_by_one_of_its_schemes() -> None:
    for language, words in (("zh", "灵活就业"), ("en", "individual")):
        assert [each for each in Insurance if words in reconciliation_words.fund_name(each.value, language)] == []


def test_the_report_says_which_parts_are_missing_and_names_whoever_owes_them(world: World) -> None:
    settings = replace(world.runtime.settings, parties={key_setting("tax-guizhou"): "key"})
    runtime = replace(world.runtime, settings=settings, statements={"tax-guizhou": layout("tax-guizhou")}, parties={})
    made = daily_report(runtime, DAY)
    page = list(cells(report_html(made, "zh")))
    assert "国家税务总局贵州省税务局 (tax-guizhou)" in page
    assert "缺第 1 部分" in page
    assert "缺第 1 部分" in report_csv(made, "zh").decode("utf-8-sig")


def test_classes_are_called_in_chinese_as_in_their_decision_table() -> None:
    assert {line.break_class.value: line.zh for line in class_names(MAPPINGS)} == {
        code: entry["zh"] for code, entry in WORDS["class"].items()
    }


def test_every_owner_that_the_pairings_name_has_words() -> None:
    named = {
        rule.owner for _, some in load_pairings(MAPPINGS).versions for each in some for rule in each.breaks.values()
    }
    assert named <= set(WORDS["owner"])


@pytest.mark.parametrize("state", [each for each in RunState if each not in {RunState.DONE, RunState.SUPERSEDED}])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_something_is_not_reconciled_has_words(state: str, language: str) -> None:
    for why in (f"run_{state}", "statement_absent", "statement_refused", "statement_expected"):
        assert reconciliation_words.label(why, language)


def test_no_word_of_one_language_stands_on_the_page_of_the_other() -> None:
    texts = set(Reading(report_html(report(), "zh")).texts)
    english = {entry["en"] for kind in WORDS.values() for entry in kind.values() if entry["en"].isascii()}
    assert texts & english == set()


def test_every_line_ties_out_and_so_do_the_sums() -> None:
    rows = sheet()
    for side in ("ours", "theirs"):
        sums = {
            name: sum(fen(row["Amount"]) for row in rows if (row["Section"], row["Side"]) == (name, side))
            for name in ("Whole", "Matched", "Breaks")
        }
        moving = sum(
            fen(row["Amount"])
            for row in rows
            if (row["Section"], row["Side"]) == ("In transit", side) and not row["Expected on"]
        )
        assert sums["Whole"] == sums["Matched"] + moving + sums["Breaks"]
    listed = [row for row in rows if row["Section"] == "Breaks, one by one"]
    assert sum(fen(row["Ours"]) for row in listed) == 192000
    dated = [row for row in rows if row["Section"] == "In transit" and row["Expected on"]]
    assert [(row["Booked on"], row["Expected on"], row["Amount"]) for row in dated] == [
        ("2026-11-09", "2026-11-10", "960.00")
    ]


def test_a_long_list_ends_on_the_page_with_how_many_more_there_are_and_goes_on_in_the_file() -> None:
    page = report_html(report(breaks=LISTED + 7), "en").decode()
    assert "+7: further breaks are not listed here" in page
    assert page.count("<td>brk_") == LISTED
    rows = [row for row in sheet(breaks=LISTED + 7) if row["Section"] == "Breaks, one by one"]
    assert len(rows) == LISTED + 7


def test_a_report_without_provisional_values_says_so() -> None:
    page = report_html(replace(report(), provisional=[]), "en").decode()
    assert "Nothing on this page rests on a provisional value." in page
    assert 'class="mark"' not in page
    assert 'class="mark"' in report_html(report(), "en").decode()


def test_the_report_of_a_day_is_made_from_its_runs(world: World) -> None:
    runtime = knowing(world.runtime)
    moving = Sum(1, 5000)
    found = [amount_break(), amount_break(number=2)]
    transit = [InTransit("here", DAY, DAY + timedelta(days=1), REGION, FUND, False, moving)]
    run = run_of(runtime, *found, lines=tallies(found, transit=moving), transit=transit)
    with runtime.store.work("test") as tx:
        new = NewRun(PARTY, "posted", DAY, DAY, "e" * 64, None)
        failed = reconciliation.begin(tx, new, timedelta(minutes=1))
        reconciliation.fail(tx, failed, "matching_unexplained", "the totals leave 1 fen over")
    made = daily_report(runtime, DAY)
    (part,) = made.parts
    assert (part.run.id, list(part.transit)) == (run.id, transit)
    assert all(line.explained for line in part.lines)
    (line,) = part.classes
    assert (line.kind, line.count, line.live, line.overdue, line.here.fen) == ("amount", 2, 2, 0, 192000)
    assert [(each.what, each.why, each.reason) for each in made.absent] == [
        ("posted", "run_failed", "the totals leave 1 fen over")
    ]
    assert [sheet.unexplained for sheet in part.sheets] == [0]


def test_the_report_goes_from_pairing_to_pairing_as_the_money_does(world: World) -> None:
    runtime = knowing(world.runtime)
    ordered = [each.pairing.id for each in runtime.pairings.on(DAY)]
    assert ordered != sorted(ordered), "they would stand so by their names"
    for pairing in sorted(ordered):
        run_of(runtime, pairing=pairing)
    assert [part.run.pairing for part in daily_report(runtime, DAY).parts] == ordered


def test_the_report_tells_what_was_said_last_of_a_break_and_when_it_is_overdue(world: World) -> None:
    runtime = knowing(world.runtime)
    run_of(runtime, amount_break())
    breaks.do(runtime, one_of(runtime).id, "lin", breaks.comment("asked the bureau"))
    world.clock.forward(days=5)
    ((found,),) = (part.breaks for part in daily_report(runtime, DAY).parts)
    assert (found.comment, found.overdue, found.age_days) == ("asked the bureau", True, 6)


def test_a_day_that_was_run_anew_is_reported_once_with_what_the_last_run_found(world: World) -> None:
    runtime = knowing(world.runtime)
    run_of(runtime, amount_break(), amount_break(number=2))
    world.clock.forward(seconds=1)
    last = run_of(runtime, amount_break())
    (part,) = daily_report(runtime, DAY).parts
    assert part.run.id == last.id
    assert sum(line.count for line in part.classes) == 1
    run_of(runtime, day=DAY + timedelta(days=1))
    (before,) = daily_report(runtime, DAY).parts
    assert [each.row.state for each in before.breaks] == ["closed_by_run"]
    (after,) = daily_report(runtime, DAY + timedelta(days=1)).parts
    assert after.breaks == []


def test_levies_that_were_paid_on_a_provisional_base_are_marked(world: World) -> None:
    runtime = knowing(world.runtime)
    run_of(runtime)
    assert daily_report(runtime, DAY).provisional == []
    from tests.gateway.services.accepting import accept
    from tests.gateway.services.test_accept import enrolment, key

    accept(runtime, key(), enrolment(), "en")
    with runtime.store.work("test") as tx:
        paid = {"provisional": True, "paid_on": DAY.isoformat(), "paid_fen": 96000, "tax": PARTY}
        (levy,) = tx.values(tables.levies.select().with_only_columns(tables.levies.c.id))
        tx.change(tables.levies, paid, id=levy)
    (line,) = daily_report(runtime, DAY).provisional
    assert (line.tax, line.insurance, line.count, line.fen) == (PARTY, FUND, 1, 96000)
