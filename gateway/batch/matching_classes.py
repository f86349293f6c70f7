"""What is found of each group of rows, and its class: the second half of the matching, as SQL.

A group falls into units: the rows of one key that both sides have, and all the rest (what a posting sums up, what
takes back, what one side has alone). A unit is compared as a whole: sums of money, and the smallest and largest of
everything else. So 1:1, 1:n and n:1 are one rule.
"""

from collections.abc import Iterator, Mapping

from gateway.batch.matching_rows import FEN, LINE_OF_TOTALS, MONEY, NULLABLE, Statement, near
from gateway.model.reconciliation import BreakTable, Finding, Pairing, Tolerance

_OF_ONE_ROW = {"person", "month", "voucher", "trace", "key"}  # a posting sums up many of them
_TWO_SIDED = "here_n > 0 AND there_n > 0"
_REFUND = "'refund_pending'"
_TAKEN_BACK = "(reverses IS NOT NULL OR state = 'reversed')"

_FINDINGS: Mapping[Finding, str] = {
    Finding.LIST_ABSENT: "unlisted",
    Finding.REVERSED_ON_ONE_SIDE: f"{_TWO_SIDED} AND turned",
    Finding.REPEATED_ON_ONE_SIDE: "doubled",
    Finding.REFUND_ON_ONE_SIDE: "refund",
    Finding.ABSENT_THERE: "absent_there",
    Finding.ABSENT_HERE: "absent_here",
}


def classes_statements(pairing: Pairing, table: BreakTable) -> Iterator[Statement]:
    """From `grouped` to `breaks`, `found_rows` and `tallies`; ValueError where a compared column is of no class."""
    listed = {column for rule in table.rules for column in rule.columns}
    if unknown := [column for column in pairing.compared if column not in listed]:
        raise ValueError(f"the pairing {pairing.id} compares {unknown[0]}, and no class of the decision table has it")
    yield "sums", _sums(pairing)
    yield "units", _units(pairing)
    yield "twins", _twins()
    yield "groups", _groups(pairing)
    yield "judged", _judged(pairing, table)
    yield (
        "breaks",
        (
            "SELECT label, class, flags, here_n, there_n, here_fen, there_fen, region, fund, day FROM judged "
            "WHERE verdict = 'break'"
        ),
    )
    yield "rows_judged", "SELECT g.*, j.verdict FROM grouped AS g JOIN judged AS j ON j.label = g.label"
    yield "tallies", _tallies()


def _sums(pairing: Pairing) -> str:
    """Units: how many rows, sums of money, and the ends of every other compared column, by side."""
    of_side = "CASE WHEN side = '{side}' THEN {value} END".format
    made = []
    for side in ("here", "there"):
        made.append(f"count({of_side(side=side, value='1')}) AS {side}_n")
        made.append(f"count(CASE WHEN side = '{side}' AND {_TAKEN_BACK} THEN 1 END) AS {side}_back")
        made += [
            f"CAST(coalesce(sum({of_side(side=side, value=name)}), 0) AS BIGINT) AS {side}_{name}" for name in MONEY
        ]
        for name in _others(pairing):
            value = of_side(side=side, value=name)
            made += [f"min({value}) AS {side}_{name}_0", f"max({value}) AS {side}_{name}_1"]
            if name in NULLABLE:
                made.append(f"count(CASE WHEN side = '{side}' AND {name} IS NULL THEN 1 END) > 0 AS {side}_{name}_none")
    unit = "CASE WHEN paired THEN key END"
    return (
        f"SELECT label, {unit} AS unit, bool_or(state = {_REFUND}) AS refund, {', '.join(made)} "
        f"FROM grouped GROUP BY label, {unit}"
    )


def _others(pairing: Pairing) -> tuple[str, ...]:
    """Compared columns that are no money, and the state, which tells refunds and reversals."""
    return tuple(dict.fromkeys((*(name for name in pairing.compared if name not in MONEY), "state")))


def _units(pairing: Pairing) -> str:
    allowed = {each.column: each for each in pairing.tolerances}
    differing = {name: _differs(name, allowed.get(name)) for name in dict.fromkeys((*MONEY, *_others(pairing)))}
    made = ", ".join(f"{_TWO_SIDED} AND NOT ({equal}) AS d_{name}" for name, equal in differing.items())
    uneven = " OR ".join(f"here_{name} <> there_{name}" for name in MONEY)
    return (
        f"SELECT label, unit, here_n, there_n, refund, here_back <> there_back AS turned, ({uneven}) AS uneven, {made} "
        "FROM sums"
    )


def _differs(name: str, tolerance: Tolerance | None) -> str:
    """Whether a column of a unit is equal on both sides."""
    if name in MONEY:
        return near(f"here_{name}", f"there_{name}", tolerance)
    ends = [near(f"here_{name}_{end}", f"there_{name}_{end}", tolerance) for end in (0, 1)]
    if name in NULLABLE:
        ends.append(f"here_{name}_none = there_{name}_none")
    equal = " AND ".join(ends)
    return f"unit IS NULL OR ({equal})" if name in _OF_ONE_ROW else equal


def _twins() -> str:
    """Groups in which the same key, month and money stand more often on one side, and no sum makes up for it.

    A voucher of several months has the same money for each, and a pairing may compare it under one key.
    """
    same = ", ".join(("month", *MONEY))
    counted = (
        f"SELECT label, paired, key, count(CASE WHEN side = 'here' THEN 1 END) AS here_m, "
        f"count(CASE WHEN side = 'there' THEN 1 END) AS there_m FROM grouped GROUP BY label, paired, key, {same}"
    )
    return (
        f"SELECT DISTINCT c.label FROM ({counted}) AS c "
        "JOIN units AS u ON u.label = c.label AND u.unit IS NOT DISTINCT FROM CASE WHEN c.paired THEN c.key END "
        "WHERE here_m <> there_m AND greatest(here_m, there_m) > 1 "
        f"AND (least(here_m, there_m) > 0 OR uneven OR NOT ({_TWO_SIDED}))"
    )


def _groups(pairing: Pairing) -> str:
    """One line a group: its size, what it comes to, and what was found of its units."""
    state = "d_state" if "state" in pairing.compared else "FALSE"
    found = {
        "absent_there": "there_n = 0",
        "absent_here": "here_n = 0",
        "turned": f"turned AND (uneven OR {state} OR NOT ({_TWO_SIDED}))",
        "refund": f"refund AND ({state} OR NOT ({_TWO_SIDED}))",
        **{f"d_{name}": f"d_{name}" for name in pairing.compared},
    }
    of_units = ", ".join(f"bool_or({condition}) AS {name}" for name, condition in found.items())
    fen = ", ".join(
        f"CAST(coalesce(sum(CASE WHEN side = '{side}' THEN {FEN} END), 0) AS BIGINT) AS {side}_fen"
        for side in ("here", "there")
    )
    whole = (
        "SELECT label, count(CASE WHEN side = 'here' THEN 1 END) AS here_n, "
        f"count(CASE WHEN side = 'there' THEN 1 END) AS there_n, {fen}, min(region) AS region, min(fund) AS fund, "
        "min(day) AS day, bool_and(waits) AS waits FROM grouped GROUP BY label"
    )
    names = ", ".join(f"u.{name}" for name in found)
    return (
        f"SELECT w.*, {names}, w.label IN (SELECT label FROM twins) AS doubled, "
        "w.label IN (SELECT g.label FROM grouped AS g JOIN unlisted AS x ON x.key = g.key) AS unlisted "
        f"FROM ({whole}) AS w JOIN (SELECT label, {of_units} FROM units GROUP BY label) AS u ON u.label = w.label"
    )


def _judged(pairing: Pairing, table: BreakTable) -> str:
    """Groups with their verdict, the class of the first rule that holds, and every other one as a flag."""
    holding = [(rule.break_class.value, _condition(rule.finding, rule.columns, pairing)) for rule in table.rules]
    first = " ".join(f"WHEN {condition} THEN '{name}'" for name, condition in holding)
    flags = ", ".join(f"CASE WHEN {condition} AND class <> '{name}' THEN '{name}' END" for name, condition in holding)
    return (
        f"SELECT *, concat_ws(',', {flags}) AS flags, "
        f"CASE WHEN waits AND NOT ({_TWO_SIDED}) THEN 'transit' WHEN class IS NULL THEN 'matched' ELSE 'break' END "
        f"AS verdict FROM (SELECT *, CASE {first} END AS class FROM groups) AS c"
    )


def _condition(finding: Finding, columns: tuple[str, ...], pairing: Pairing) -> str:
    if finding is not Finding.COLUMNS_DIFFER:
        return f"({_FINDINGS[finding]})"
    return "(" + (" OR ".join(f"d_{name}" for name in columns if name in pairing.compared) or "FALSE") + ")"


def _tallies() -> str:
    """Totals of each line beside what became of its rows, counted apart."""
    parts = ("SELECT {line}, 'whole' AS part, n, fen FROM totals", "SELECT {line}, 'matched', n, fen FROM plain_totals")
    judged = (
        f"SELECT {LINE_OF_TOTALS}, verdict, count(*), CAST(sum({FEN}) AS BIGINT) FROM rows_judged "
        f"GROUP BY {LINE_OF_TOTALS}, verdict"
    )
    source = " UNION ALL ".join((*(part.format(line=LINE_OF_TOTALS) for part in parts), judged))
    kinds = {"whole": "whole", "matched": "matched", "transit": "transit", "broken": "break"}
    made = ", ".join(
        f"CAST(coalesce(sum(CASE WHEN part = '{part}' THEN {value} END), 0) AS BIGINT) AS {name}_{said}"
        for name, part in kinds.items()
        for value, said in (("n", "count"), ("fen", "fen"))
    )
    return f"SELECT {LINE_OF_TOTALS}, {made} FROM ({source}) AS p GROUP BY {LINE_OF_TOTALS}"
