"""A side as a run compares it: what is new, what an earlier run left open, what was entered since; one file.

Written rows have the whole key (voucher, item, month, sequence); a pairing may compare by another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gateway.batch.engine import Engine, Limits, engine
from gateway.batch.row_files import COLUMNS, Row, beside, keep, parquet
from gateway.batch.sql import either, literal, select, union
from gateway.model.reconciliation import ROW_COLUMNS, Sum

UNKNOWN_REGION = "000000"
"""The region of a row that its side cannot tell. It is taken from the other side, as an unknown person (NULL) is."""

STRIKES = (
    *("key", "region", "fund", "month", "accounting_month", "day", "adjustment"),
    *("amount", "late_fee", "interest", "state"),
)
"""By which a row that is taken back is found again."""

_KEYS: Mapping[str, str] = {
    "voucher": "voucher",
    "item": "split_part(key, ' ', 2)",
    "month": "split_part(key, ' ', 3)",
    "sequence": "split_part(key, ' ', 4)",
    "fund": "fund",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier run left open. `file`: its rows in breaks and in transit; `done`: groups that are done with.

    `struck`: how many rows with these values of STRIKES are taken back.
    """

    file: Path
    done: Sequence[str] = ()
    struck: Mapping[Row, int] | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a side is put together from. `new`: written rows; `entered`: rows that have the pairing's key already.

    `regions`: of `new`, only rows of these are taken (leading digits), and those whose region the side cannot tell.
    """

    new: Sequence[Path]
    left: Left | None = None
    entered: Sequence[Path] = ()
    regions: Sequence[str] = ()


def put_together(parts: Parts, side: str, key: Sequence[str], into: Path, limits: Limits | None = None) -> Sum:
    """Write the rows of `side` (here or there) as one file; how many, and how much. FileExistsError, EngineError."""
    with beside(into) as folder, engine(folder, limits or Limits()) as running:
        sources = []
        if parts.new:
            new = f"{parquet(parts.new, folder)}{_of_regions(parts.regions)}"
            sources.append(select({**COLUMNS, "key": _key(key)}, new))
        if parts.left is not None:
            sources.append(_left(running, parts.left, side, folder))
        if parts.entered:
            sources.append(select(COLUMNS, parquet(parts.entered, folder)))
        if not sources:
            sources.append(_nothing())
        return keep(running, f"({union(sources)}) AS rows", folder, into)


def reversed_elsewhere(side: Path) -> list[str]:
    """The vouchers of payments that a side takes back without having them among its rows."""
    with engine(side.parent, Limits()) as running:
        rows = f"read_parquet({literal(str(side))})"
        lone = ("reverses IS NOT NULL AND reverses NOT IN (SELECT trace FROM", rows, "WHERE trace IS NOT NULL)")
        found = running.rows("SELECT DISTINCT voucher FROM", rows, "WHERE", *lone, "ORDER BY voucher")
        return [voucher for (voucher,) in found]


def reversed_here(side: Path) -> list[str]:
    """The vouchers of payments of which a side takes something back."""
    with engine(side.parent, Limits()) as running:
        rows = f"read_parquet({literal(str(side))})"
        found = running.rows("SELECT DISTINCT voucher FROM", rows, "WHERE reverses IS NOT NULL ORDER BY voucher")
        return [voucher for (voucher,) in found]


def enter(side: Path, entered: Path, key: Sequence[str], into: Path) -> Sum:
    """Write a side once more with written rows that it lacks, by their trace numbers."""
    with beside(into) as folder, engine(folder, Limits()) as running:
        now = parquet([side], folder)
        given = parquet([entered], folder)
        lacking = ("WHERE trace NOT IN (SELECT trace FROM", now, "WHERE trace IS NOT NULL)")
        new = select({**COLUMNS, "key": _key(key)}, " ".join((given, *lacking)))
        return keep(running, f"({union([select(COLUMNS, now), new])}) AS rows", folder, into)


def recall(files: Sequence[Path], vouchers: Sequence[str], side: Path, key: Sequence[str], into: Path) -> Sum:
    """Write a side once more with what it booked earlier (`files`) under vouchers of which it has no booking."""
    with beside(into) as folder, engine(folder, Limits()) as running:
        running.run("CREATE TABLE wanted AS SELECT unnest(?) AS number", values=[list(vouchers)])
        now = parquet([side], folder)
        running.run("DELETE FROM wanted WHERE number IN (SELECT voucher FROM", now, "WHERE reverses IS NULL)")
        earlier = " ".join((parquet(files, folder), "WHERE voucher IN (SELECT number FROM wanted)"))
        sources = [select(COLUMNS, now), select({**COLUMNS, "key": _key(key)}, earlier)]
        return keep(running, f"({union(sources)}) AS rows", folder, into)


def know(here: Path, there: Path, into: Path, limits: Limits | None = None) -> Sum:
    """Write `here` with persons and regions that it does not know as `there` has them under the same key."""
    with beside(into) as folder, engine(folder, limits or Limits()) as running:
        known = {
            "known_key": "key",
            "known_person": "min(person)",
            "known_region": f"min(CASE WHEN region <> {literal(UNKNOWN_REGION)} THEN region END)",
        }
        other = select(known, f"{parquet([there], folder)} GROUP BY key")
        unknown = f"region = {literal(UNKNOWN_REGION)}"
        columns = {
            **COLUMNS,
            "person": "coalesce(person, known_person)",
            "region": f"CASE WHEN {unknown} THEN coalesce(known_region, region) ELSE region END",
        }
        source = f"{parquet([here], folder)} AS mine LEFT JOIN {other} AS other ON known_key = key"
        return keep(running, select(columns, source), folder, into)


def pending(side: Path, into: Path, traces: Sequence[str], states: tuple[str, str]) -> Sum:
    """Write a side with the second state for rows of these traces that have the first, and the first for others."""
    booked, waiting = (literal(state) for state in states)
    with beside(into) as folder, engine(folder, Limits()) as running:
        running.run("CREATE TABLE asked (number VARCHAR)")
        if traces:
            running.run("INSERT INTO asked SELECT unnest(?)", values=[list(traces)])
        now = either([("trace IN (SELECT number FROM asked)", waiting)], booked)
        state = either([(f"state IN ({booked}, {waiting})", now)], "state")
        return keep(running, select({**COLUMNS, "state": state}, parquet([side], folder)), folder, into)


def knows_all(file: Path) -> bool:
    """Whether no row of a side lacks its person or its region."""
    with engine(file.parent, Limits()) as running:
        lacking = f"person IS NULL OR region = {literal(UNKNOWN_REGION)}"
        found = running.rows("SELECT count(*) FROM", f"read_parquet({literal(str(file))}) WHERE", lacking)
        return int(next(found)[0]) == 0


def days_of(*files: Path) -> list[date]:
    """The days on which the rows of some files, all in one folder, were booked, in order."""
    listed = ", ".join(literal(str(file)) for file in files)
    with engine(files[0].parent, Limits()) as running:
        found = running.rows("SELECT DISTINCT day FROM", f"read_parquet([{listed}])", "ORDER BY day")
        return [day for (day,) in found]


def _of_regions(regions: Sequence[str]) -> str:
    wanted = [f"starts_with(region, {literal(digits)})" for digits in regions]
    return f" WHERE {' OR '.join([*wanted, f'region = {literal(UNKNOWN_REGION)}'])}" if wanted else ""


def _key(key: Sequence[str]) -> str:
    return " || ' ' || ".join(_KEYS[part] for part in key)


def _left(running: Engine, left: Left, side: str, folder: Path) -> str:
    running.run("CREATE TABLE done (label VARCHAR)")
    if left.done:
        running.run("INSERT INTO done SELECT unnest(?)", values=[list(left.done)])
    of_side = " ".join(
        (parquet([left.file], folder), "WHERE side =", literal(side), 'AND "group" NOT IN (SELECT label FROM done)')
    )
    if not left.struck:
        return select(COLUMNS, of_side)
    _enter_struck(running, left.struck)
    among = ", ".join(STRIKES)
    turn = f"row_number() OVER (PARTITION BY {among} ORDER BY line)"
    numbered = select({**COLUMNS, "turn": turn}, of_side)
    same = " AND ".join(f"struck.{column} = numbered.{column}" for column in STRIKES)
    columns = {column: f"numbered.{quoted}" for column, quoted in COLUMNS.items()}
    joined = f"{numbered} AS numbered LEFT JOIN struck ON {same} WHERE turn > coalesce(times, 0)"
    return select(columns, joined)


def _enter_struck(running: Engine, struck: Mapping[Row, int]) -> None:
    nothing = select({column: COLUMNS[column] for column in STRIKES}, _nothing())
    running.run("CREATE TABLE struck AS SELECT *, 0::BIGINT AS times FROM", nothing)
    places = ", ".join("?" for _ in (*STRIKES, "times"))
    for row, times in struck.items():
        running.run("INSERT INTO struck VALUES (", places, ")", values=[*row, times])


def _nothing() -> str:
    """No rows, of the right types."""
    return select({column: f"CAST(NULL AS {kind})" for column, kind in ROW_COLUMNS}, "range(0)")
