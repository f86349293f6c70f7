"""The daily report as a page to be printed and signed, Chinese or English. Nothing on it is fetched from elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.model.reconciliation import Sum, Tally
from gateway.model.values import Money, Month
from gateway.services.balance_sheet import BalanceSheet
from gateway.services.daily_report import LISTED, DailyReport, Part, ReportedBreak, sums_of
from gateway.services.page import Html, element, joined, page, table
from gateway.services.reconciliation_words import fund_name, label, said, why_absent

_STYLE = (
    "body{font:13px/1.4 system-ui,'Noto Sans CJK SC',sans-serif;max-width:72rem;margin:1.5rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:1.6rem}h3{font-size:1rem}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0}td,th{border:1px solid #999;padding:.15rem .4rem;"
    "text-align:left;vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".mark{border:1px solid #b00;color:#b00;padding:0 .3rem}.sign td{height:4rem;width:50%}"
    "@media print{body{margin:0;max-width:none}h2,h3{break-after:avoid}tr{break-inside:avoid}.sign{break-inside:avoid}}"
)


class _Words:
    """The words of one language."""

    def __init__(self, report: DailyReport, language: str) -> None:
        self.language = language
        self._parties = report.parties

    def __call__(self, *names: str) -> list[str]:
        return [label(name, self.language) for name in names]

    def one(self, name: str) -> str:
        """One word of the report."""
        return label(name, self.language)

    def party(self, party: str) -> str:
        """The name of a party with its id."""
        name = self._parties.get(party, {}).get(self.language, "")
        return f"{name} ({party})" if name and name != party else party

    def code(self, kind: str, code: str) -> str:
        """A code in words."""
        return said(kind, code, self.language)

    def fund(self, fund: str) -> str:
        """A fund by its name."""
        return fund_name(fund, self.language)


def report_html(report: DailyReport, language: str) -> bytes:
    """The report as a whole document in UTF-8."""
    words = _Words(report, language)
    title = f"{words.one('title')} {report.day}"
    content = (
        element("h1", title, *_mark(report, words)),
        element("p", f"{words.one('made_at')}: {report.made_at.isoformat(timespec='minutes')}"),
        _not_reconciled(report, words),
        *(_part(part, words) for part in report.parts),
        _provisional(report, words),
        _signatures(words),
    )
    return page(title, language, _STYLE, *content)


def _mark(report: DailyReport, words: _Words) -> Sequence[Any]:
    return (" ", element("span", words.one("provisional_mark"), class_="mark")) if report.provisional else ()


def _not_reconciled(report: DailyReport, words: _Words) -> Html:
    if not report.absent:
        return Html()
    rows = [
        (words.party(each.party), each.what, words.one(each.why), why_absent(each.why, each.reason, words.language))
        for each in report.absent
    ]
    return joined(
        (
            element("h2", words.one("absent")),
            element("p", words.one("absent_note")),
            table(words("party", "pairing", "state", "reason"), rows),
        )
    )


def _part(part: Part, words: _Words) -> Html:
    pairing = part.compared.pairing
    sides = f"{words.code('book', pairing.here)} / {words.code('book', pairing.there)}"
    return joined(
        (
            element("h2", f"{words.party(part.run.party)}: {sides}"),
            element("p", f"{words.one('run')}: {part.run.id} ({part.run.number})"),
            element("h3", words.one("totals")),
            element("p", words.one("totals_note")),
            _totals(part.lines, words),
            _transit(part, words),
            _classes(part, words),
            _breaks(part.breaks, words),
            _sheets(part.sheets, words),
        )
    )


def _totals(lines: Sequence[Tally], words: _Words) -> Html:
    names = ("whole", "matched", "transit", "broken")
    pairs = [f"{words.one(name)}, {words.one(what)}" for name in names for what in ("count", "amount")]
    titles = [*words("side", "booked_on", "region", "fund", "adjustment"), *pairs]
    rows: list[Sequence[Any]] = [
        (
            *(words.one(line.side), line.day, line.region, words.fund(line.fund)),
            words.code("adjustment", str(line.adjustment).lower()),
            *_figures((line.whole, line.matched, line.transit, line.broken)),
        )
        for line in lines
    ]
    rows += [
        (words.one(side), words.one("sum"), "", "", "", *_figures(sums_of(lines, side))) for side in ("here", "there")
    ]
    return table(titles, rows, amounts=frozenset(range(5, 13)))


def _transit(part: Part, words: _Words) -> Html:
    other = {"here": "there", "there": "here"}
    rows = [
        (
            *(words.one(each.side), each.day, words.one(other[each.side]), each.expected_on, each.region),
            *(words.fund(each.fund), words.code("adjustment", str(each.adjustment).lower())),
            *_figures((each.sum,)),
        )
        for each in part.transit
    ]
    titles = words(
        *("booked_by", "booked_on", "absent_from", "expected_on", "region", "fund", "adjustment", "count", "amount")
    )
    return _listed("in_transit", titles, rows, words, frozenset({7, 8}))


def _classes(part: Part, words: _Words) -> Html:
    rows = [
        (
            *(words.code("class", each.kind), each.count, each.live, each.overdue),
            *(Money(each.here.fen), Money(each.there.fen), Money(each.here.fen - each.there.fen)),
        )
        for each in part.classes
    ]
    titles = words("class", "count", "live", "overdue", "ours", "theirs", "difference")
    return _listed("breaks_by_class", titles, rows, words, frozenset(range(1, 7)))


def _breaks(found: Sequence[ReportedBreak], words: _Words) -> Html:
    titles = words(
        *("number", "class", "state", "region", "fund", "ours", "theirs", "difference", "age", "owner", "due_on"),
        *("claimed_by", "comment"),
    )
    made = _listed("breaks", titles, [_break(each, words) for each in found[:LISTED]], words, frozenset(range(5, 9)))
    notes = [element("p", words.one("breaks_note"))] if found else []
    if (more := len(found) - LISTED) > 0:
        notes.append(element("p", f"+{more}: {words.one('more')}"))
    return joined((made, *notes))


def _break(each: ReportedBreak, words: _Words) -> Sequence[Any]:
    row = each.row
    return (
        *(row.id, words.code("class", row.kind), words.code("state", row.state), row.region, words.fund(row.fund)),
        *(Money(row.here_fen), Money(row.there_fen), Money(row.here_fen - row.there_fen), each.age_days),
        *(words.code("owner", row.owner), row.due_on + (" !" if each.overdue else "")),
        *(row.claimed_by or "", each.comment),
    )


def _sheets(sheets: Iterable[BalanceSheet], words: _Words) -> Html:
    return joined((element("h3", words.one("balance_sheets")), *(_sheet(sheet, words) for sheet in sheets)))


def _sheet(sheet: BalanceSheet, words: _Words) -> Html:
    """A sheet as accountants write it: both sides down to the balance that has to agree but for the breaks."""
    ours, theirs = sheet.adjusted
    figures = (
        ("balance", sheet.our.fen, sheet.their.fen),
        ("add_in_transit", sheet.their_transit.fen, sheet.our_transit.fen),
        ("adjusted", ours, theirs),
        ("take_breaks", sheet.our_breaks.fen, sheet.their_breaks.fen),
    )
    rows = [(words.one(name), Money(our), Money(their), Money(our - their)) for name, our, their in figures]
    rows.append((words.one("tolerated"), Money(sheet.tolerated), Money(0), Money(sheet.tolerated)))
    ties = words.one("yes" if sheet.unexplained == 0 else "no")
    return joined(
        (
            element("h4", words.fund(sheet.fund)),
            table(words("item", "here", "there", "difference"), rows, amounts=frozenset({1, 2, 3})),
            element("p", f"{words.one('ties_out')}: {ties}"),
        )
    )


def _provisional(report: DailyReport, words: _Words) -> Html:
    heading = element("h2", words.one("provisional"))
    if not report.provisional:
        return joined((heading, element("p", words.one("provisional_none"))))
    rows = [
        (
            *(words.party(each.tax), words.fund(each.insurance), f"{Month(each.first)} – {Month(each.last)}"),
            *_figures((Sum(each.count, each.fen),)),
        )
        for each in report.provisional
    ]
    titles = words("party", "fund", "month", "count", "amount")
    return joined(
        (heading, element("p", words.one("provisional_note")), table(titles, rows, amounts=frozenset({3, 4})))
    )


def _signatures(words: _Words) -> Html:
    cells = [
        element("td", element("p", words.one(who)), element("p", f"{words.one('date')}:"))
        for who in ("prepared_by", "reviewed_by")
    ]
    return joined((element("h2", words.one("signatures")), element("table", element("tr", *cells), class_="sign")))


def _listed(
    heading: str, titles: Sequence[str], rows: Sequence[Sequence[Any]], words: _Words, amounts: frozenset[int]
) -> Html:
    content = table(titles, rows, amounts=amounts) if rows else element("p", words.one("nothing"))
    return joined((element("h3", words.one(heading)), content))


def _figures(sums: Iterable[Sum]) -> list[str]:
    return [text for each in sums for text in (str(each.count), str(Money(each.fen)))]
